import type { INodeProperties } from 'n8n-workflow';
import { filtersFor, optionsFor, readOptionItems } from '../filterProperties';
import { memoryOption } from '../historyMemory';

const show = { operation: ['report'] };

/** Parameters of Report. */
export const reportProperties: INodeProperties[] = [
	{
		displayName: 'Title',
		name: 'reportTitle',
		type: 'string',
		default: 'Event report',
		description: 'Title of the page',
		displayOptions: { show: { resource: ['event'], ...show } },
	},
	filtersFor(show),
	optionsFor(show, [
		memoryOption,
		// Replays and restarts have sections of their own.
		...readOptionItems.filter(({ name }) => name !== 'includeReplays' && name !== 'listRestarts'),
		{
			displayName: 'File Name',
			name: 'fileName',
			type: 'string',
			default: 'event-report.html',
			description: 'Name of the file with the page',
		},
		{
			displayName: 'Put Output File in Field',
			name: 'binaryField',
			type: 'string',
			default: 'data',
			description: 'Name of the output field for the file',
		},
	]),
];
