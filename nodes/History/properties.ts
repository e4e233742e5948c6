import type { INodeProperties } from 'n8n-workflow';
import { memoryOption } from './historyMemory';
import { filtersFor, optionsFor, orderOption, readOptionItems } from './filterProperties';

/** Parameters of Get, Get Many and Summarize. */
export const readingProperties: INodeProperties[] = [
	{
		displayName: 'Get By',
		name: 'by',
		type: 'options',
		default: 'eventId',
		options: [
			{ name: 'Event ID', value: 'eventId', description: 'The newest event with this ID' },
			{
				name: 'Execution ID',
				value: 'executionId',
				description: 'The events that started this execution',
			},
		],
		description: 'How to identify the event',
		displayOptions: { show: { operation: ['get'] } },
	},
	{
		displayName: 'Event ID',
		name: 'eventId',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. 3EB0AA',
		description: 'The ID that the sender gave the event',
		displayOptions: { show: { operation: ['get'], by: ['eventId'] } },
	},
	{
		displayName: 'Execution ID',
		name: 'executionId',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. 1234',
		description: "The number at the end of the execution's URL in n8n",
		displayOptions: { show: { operation: ['get'], by: ['executionId'] } },
	},
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
		displayOptions: { show: { operation: ['getMany'] } },
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 50,
		description: 'Max number of results to return',
		displayOptions: { show: { operation: ['getMany'], returnAll: [false] } },
	},
	{
		displayName: 'Simplify',
		name: 'simplify',
		type: 'boolean',
		default: false,
		description: 'Whether to return a simplified version of the response instead of the raw data',
		hint: 'Simplified events have type, id, time, subject, status and link. Replay needs them unsimplified.',
		displayOptions: { show: { operation: ['getMany'] } },
	},
	{
		displayName: 'Group By',
		name: 'groupBy',
		type: 'multiOptions',
		default: ['type'],
		options: [
			{ name: 'Day', value: 'day', description: "In the workflow's time zone" },
			{ name: 'Hour', value: 'hour', description: "In the workflow's time zone" },
			{ name: 'Source', value: 'source' },
			{ name: 'Status', value: 'status' },
			{ name: 'Type', value: 'type' },
			{ name: 'Workflow', value: 'workflow' },
		],
		description: 'Returns one item per combination. Leave empty to return one item for all events.',
		displayOptions: { show: { operation: ['summarize'] } },
	},
	filtersFor({ operation: ['getMany', 'summarize'] }),
	filtersFor({ operation: ['get'], by: ['eventId'] }, ['eventId', 'eventTypes', 'text']),
	optionsFor({ operation: ['getMany'] }, [orderOption, memoryOption, ...readOptionItems]),
	optionsFor({ operation: ['get', 'summarize'] }, [memoryOption, ...readOptionItems]),
];
