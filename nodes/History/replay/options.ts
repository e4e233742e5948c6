import type { INodeProperties } from 'n8n-workflow';
import {
	allowedPrivateAddressesOption,
	allowHttpOption,
} from '../../shared/egress/nodeAddressGuard';
import { optionsFor, readOptionItems } from '../filterProperties';

/** Option that only makes sense for one kind of target. */
function onlyFor(targets: string[], option: INodeProperties): INodeProperties {
	return { ...option, displayOptions: { show: { '/target': targets } } };
}

const ITEMS: INodeProperties[] = [
	onlyFor(['url'], allowedPrivateAddressesOption),
	onlyFor(['url'], allowHttpOption),
	onlyFor(['originalWorkflow', 'otherWorkflow'], {
		displayName: 'Allow Unpublished',
		name: 'allowUnpublished',
		type: 'boolean',
		default: false,
		description: 'Whether to run the draft of a workflow that is not published',
	}),
	{
		displayName: 'Concurrency',
		name: 'concurrency',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 50 },
		default: 1,
		description: 'Replays at a time. With 1, each begins after the one before it has ended.',
	},
	{
		displayName: 'Dry Run',
		name: 'dryRun',
		type: 'boolean',
		default: false,
		description: 'Whether to tell only what would be replayed and what left out, and why',
	},
	{
		displayName: 'Events per Second',
		name: 'eventsPerSecond',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 0,
		description: 'Replays that begin in a second at most; 0 is no limit',
	},
	{
		displayName: 'Maximum',
		name: 'maximum',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 1000,
		description: 'Events that are replayed in one run at most; those left out do not count',
	},
	{
		displayName: 'Only Failed',
		name: 'onlyFailed',
		type: 'boolean',
		default: false,
		description: 'Whether to replay only events whose execution failed or crashed',
	},
	{
		displayName: 'Only Newest Failure per Event',
		name: 'onlyNewestFailure',
		type: 'boolean',
		default: false,
		description:
			'Whether to replay only failed events, and one that failed several times only once',
	},
	{
		displayName: 'Order',
		name: 'order',
		type: 'options',
		default: 'oldest',
		description: 'By the order in which the events were received',
		options: [
			{ name: 'Newest First', value: 'newest' },
			{ name: 'Oldest First', value: 'oldest' },
		],
	},
	{
		displayName: 'Share',
		name: 'share',
		type: 'string',
		default: '',
		placeholder: 'e.g. 1/2',
		description:
			'Part of the events that this run takes. Several runs at once, each with its share, use several workers in queue mode. Events about the same subject are in the same share.',
	},
	{
		displayName: 'Since Last Run',
		name: 'sinceLastRun',
		type: 'boolean',
		default: false,
		description:
			"Whether to go on where the last run of this node ended, oldest first. The first run begins at 'Since'; without it, it only notes where the history ends. Only published workflows remember it.",
		displayOptions: { show: { '/eventsFrom': ['filters'] } },
	},
	{
		displayName: 'Skip Replayed',
		name: 'skipReplayed',
		type: 'boolean',
		default: true,
		description:
			'Whether to leave out events that were replayed to the same target with success, or are being replayed at the moment',
	},
	{
		displayName: 'Stop on First Failure',
		name: 'stopOnFirstFailure',
		type: 'boolean',
		default: false,
		description: 'Whether to begin no more replays after one has failed',
	},
	onlyFor(['url'], {
		displayName: 'Timeout (Seconds)',
		name: 'timeout',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 120 },
		default: 15,
		description: 'How long to wait for the answer of the address',
	}),
	onlyFor(['otherWorkflow'], {
		displayName: 'Trigger',
		name: 'trigger',
		type: 'string',
		default: '',
		placeholder: 'e.g. Kometia Trigger',
		description:
			'Name of the trigger at which the workflow starts. Empty: its Execute Sub-workflow Trigger, or the one named like the trigger of the event, or its only one.',
	}),
];

/** The collection `options` of the operation Replay. */
export const replayOptions: INodeProperties = {
	...optionsFor({ operation: ['replay'] }, [...ITEMS, ...readOptionItems]),
	description: 'Which events are replayed, and how',
};
