import type { INodeProperties } from 'n8n-workflow';
import { filtersFor } from '../filterProperties';
import { replayOptions } from './options';

const show = { operation: ['replay'] };

/** Parameters of the operation Replay, beside the filters. */
export const replayProperties: INodeProperties[] = [
	{
		displayName:
			'Each event runs again, starting at its trigger. No event is replayed twice to the same target unless you turn off Skip Replayed. Use Dry Run to see what would be replayed.',
		name: 'replayNotice',
		type: 'notice',
		default: '',
		displayOptions: { show },
	},
	{
		displayName: 'Events From',
		name: 'eventsFrom',
		type: 'options',
		noDataExpression: true,
		default: 'filters',
		description: 'Which events to replay',
		options: [
			{
				name: 'Filters',
				value: 'filters',
				description: 'All events in the history that match the filters below',
			},
			{
				name: 'Input Items',
				value: 'input',
				description:
					'Items from the operations Get and Get Many of this node, or items with an "executionId"',
			},
		],
		displayOptions: { show },
	},
	{
		displayName: 'Target',
		name: 'target',
		type: 'options',
		noDataExpression: true,
		default: 'originalWorkflow',
		description: 'Where to replay the events to',
		options: [
			{
				name: 'Another Workflow',
				value: 'otherWorkflow',
				description: 'Run a workflow of your choice with each event',
			},
			{
				name: 'Original Workflow',
				value: 'originalWorkflow',
				description:
					'Run the published version of the workflow that received the event, starting at its trigger',
			},
			{
				name: 'This Workflow',
				value: 'thisWorkflow',
				description: 'Output each event as an item, as its trigger did',
			},
			{
				name: 'URL',
				value: 'url',
				description: 'POST each event to a URL, signed according to Standard Webhooks',
			},
		],
		displayOptions: { show },
	},
	{
		displayName: 'Workflow ID',
		name: 'replayWorkflowId',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. 8gYJv0xLQm3cTz1B',
		description:
			"The last part of the workflow's URL in the editor. The workflow starts at its Execute Sub-workflow Trigger or at another trigger.",
		displayOptions: { show: { ...show, target: ['otherWorkflow'] } },
	},
	{
		displayName: 'URL',
		name: 'replayUrl',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. https://shop.example.com/webhooks',
		description: 'The URL that receives each event as a CloudEvent in JSON',
		displayOptions: { show: { ...show, target: ['url'] } },
	},
	{
		displayName: 'Wait',
		name: 'replayWait',
		type: 'options',
		noDataExpression: true,
		default: 'outcome',
		description: 'What to wait for',
		options: [
			{
				name: 'Only Start',
				value: 'start',
				description: 'Start each replay without waiting for the result, 10 per second by default',
			},
			{
				name: 'Report Each Outcome',
				value: 'outcome',
				description: 'Wait until each replay has finished and report its outcome',
			},
		],
		displayOptions: { show: { ...show, target: ['originalWorkflow', 'otherWorkflow'] } },
	},
	filtersFor({ operation: ['replay'], eventsFrom: ['filters'] }),
	replayOptions,
];
