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
		description: 'The title of the page',
		displayOptions: { show },
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
			description: 'The name of the HTML file',
		},
		{
			displayName: 'Put Output File in Field',
			name: 'binaryField',
			type: 'string',
			default: 'data',
			description: 'The name of the output field for the file',
		},
	]),
];
