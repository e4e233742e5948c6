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
		description:
			'Max number of replays at the same time. With 1, each replay starts after the previous one has finished.',
	},
	{
		displayName: 'Dry Run',
		name: 'dryRun',
		type: 'boolean',
		default: false,
		description: 'Whether to only report which events would be replayed or skipped, and why',
	},
	{
		displayName: 'Events per Second',
		name: 'eventsPerSecond',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 0,
		description: 'Max number of replays to start per second. 0 means no limit.',
	},
	{
		displayName: 'Maximum',
		name: 'maximum',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 1000,
		description: "Max number of events to replay in one run. Skipped events don't count.",
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
			'Whether to replay only failed events, and each of them only once even if it failed several times',
	},
	{
		displayName: 'Order',
		name: 'order',
		type: 'options',
		default: 'oldest',
		description: 'The order in which the events were received',
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
			'The part of the events that this run replays. In queue mode, several runs at once, each with its own share, use several workers. Events about the same subject are in the same share.',
	},
	{
		displayName: 'Since Last Run',
		name: 'sinceLastRun',
		type: 'boolean',
		default: false,
		description:
			"Whether to continue where the last run of this node ended, oldest first. The first run starts at 'Since'. Without 'Since', it only remembers the current position. Works only in published workflows.",
		displayOptions: { show: { '/eventsFrom': ['filters'] } },
	},
	{
		displayName: 'Skip Replayed',
		name: 'skipReplayed',
		type: 'boolean',
		default: true,
		description:
			'Whether to skip events that were already replayed to the same target successfully, or are being replayed now',
	},
	{
		displayName: 'Stop on First Failure',
		name: 'stopOnFirstFailure',
		type: 'boolean',
		default: false,
		description: 'Whether to stop starting replays after one has failed',
	},
	onlyFor(['url'], {
		displayName: 'Timeout (Seconds)',
		name: 'timeout',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 120 },
		default: 15,
		description: 'How long to wait for the response from the URL',
	}),
	onlyFor(['otherWorkflow'], {
		displayName: 'Trigger',
		name: 'trigger',
		type: 'string',
		default: '',
		placeholder: 'e.g. Kometia Trigger',
		description:
			"The name of the trigger to start the workflow at. Leave empty to use its Execute Sub-workflow Trigger, the trigger with the same name as the event's, or its only trigger.",
	}),
];

/** The collection `options` of the operation Replay. */
export const replayOptions: INodeProperties = {
	...optionsFor({ operation: ['replay'] }, [...ITEMS, ...readOptionItems]),
	description: 'Which events to replay and how',
};
