import type { INodeProperties } from 'n8n-workflow';
import { filtersFor } from '../filterProperties';
import { replayOptions } from './options';

const show = { resource: ['event'], operation: ['replay'] };

/** Parameters of the operation Replay, beside the filters. */
export const replayProperties: INodeProperties[] = [
	{
		displayName:
			'An event runs again from its trigger on. Nothing is replayed twice to the same target unless you switch that off in the options; a dry run shows what would be.',
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
		description: 'Which events are replayed',
		options: [
			{
				name: 'Filters',
				value: 'filters',
				description: 'All events of the history that fit the filters below',
			},
			{
				name: 'Input Items',
				value: 'input',
				description:
					'Items of this node\'s operations Get and Get Many, or items with an "executionId"',
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
		description: 'Where the events are replayed to',
		options: [
			{
				name: 'Another Workflow',
				value: 'otherWorkflow',
				description: 'Runs a workflow that you choose with each event',
			},
			{
				name: 'Original Workflow',
				value: 'originalWorkflow',
				description:
					'Runs the workflow that received the event, as it is published today, from its trigger on',
			},
			{
				name: 'This Workflow',
				value: 'thisWorkflow',
				description: 'Puts out each event as an item, as its trigger did',
			},
			{
				name: 'URL',
				value: 'url',
				description: 'Sends each event by POST, signed as Standard Webhooks',
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
			"The last part of the workflow's address in the editor. It starts at its Execute Sub-workflow Trigger, or at another trigger of it.",
		displayOptions: { show: { ...show, target: ['otherWorkflow'] } },
	},
	{
		displayName: 'URL',
		name: 'replayUrl',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. https://shop.example.com/webhooks',
		description: 'Address that gets each event as a CloudEvent in JSON',
		displayOptions: { show: { ...show, target: ['url'] } },
	},
	{
		displayName: 'Wait',
		name: 'replayWait',
		type: 'options',
		noDataExpression: true,
		default: 'outcome',
		description: 'What is waited for',
		options: [
			{
				name: 'Only Start',
				value: 'start',
				description: 'Start each replay and go on: 10 per second unless the options say otherwise',
			},
			{
				name: 'Report Each Outcome',
				value: 'outcome',
				description: 'Wait until each replay has ended, and tell how',
			},
		],
		displayOptions: { show: { ...show, target: ['originalWorkflow', 'otherWorkflow'] } },
	},
	filtersFor({ operation: ['replay'], eventsFrom: ['filters'] }),
	replayOptions,
];
