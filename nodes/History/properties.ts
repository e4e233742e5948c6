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
			{ name: 'Event ID', value: 'eventId', description: 'The newest event with that ID' },
			{
				name: 'Execution ID',
				value: 'executionId',
				description: 'The event or events with which that execution started',
			},
		],
		description: 'What the event is known by',
		displayOptions: { show: { resource: ['event'], operation: ['get'] } },
	},
	{
		displayName: 'Event ID',
		name: 'eventId',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. 3EB0AA',
		description: "The event's own ID, as its sender gave it",
		displayOptions: { show: { resource: ['event'], operation: ['get'], by: ['eventId'] } },
	},
	{
		displayName: 'Execution ID',
		name: 'executionId',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. 1234',
		description: 'The number of the execution, at the end of its address in n8n',
		displayOptions: { show: { resource: ['event'], operation: ['get'], by: ['executionId'] } },
	},
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
		displayOptions: { show: { resource: ['event'], operation: ['getMany'] } },
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 50,
		description: 'Max number of results to return',
		displayOptions: { show: { resource: ['event'], operation: ['getMany'], returnAll: [false] } },
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
		description: 'One item for each combination that occurs; empty: one item for all events',
		displayOptions: { show: { resource: ['event'], operation: ['summarize'] } },
	},
	filtersFor({ operation: ['getMany', 'summarize'] }),
	filtersFor({ operation: ['get'], by: ['eventId'] }, ['eventId', 'eventTypes', 'text']),
	optionsFor({ operation: ['getMany'] }, [orderOption, memoryOption, ...readOptionItems]),
	optionsFor({ operation: ['get', 'summarize'] }, [memoryOption, ...readOptionItems]),
];
