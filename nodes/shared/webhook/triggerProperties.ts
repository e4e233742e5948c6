import type { INodeProperties } from 'n8n-workflow';
import { deduplicationStoreProperty } from '../cluster/deduplicationStore';
import { answerProperty } from './answerOption';
import { REFUSED_TYPE } from '../../../lib/receive/refusals';
import { refusedIntervalProperty } from './refusedOption';

/** How the list of events names `webhook.refused`. */
export const REFUSED_NAME = 'Refused Deliveries';

/** The parameter `events`: a multi-select over a provider's event list, `*` for all. */
export function eventsProperty(
	events: ReadonlyArray<{ readonly type: string; readonly name: string }>,
	defaults: string[],
): INodeProperties {
	return {
		displayName: 'Events',
		name: 'events',
		type: 'multiOptions',
		required: true,
		default: [...defaults],
		description:
			'The events that start the workflow. All Events also includes events that are not in this list. Refused Deliveries reports every few minutes how many deliveries were refused and what to do. It is only included if you choose it.',
		options: [
			{ name: 'All Events', value: '*', action: 'On any event' },
			...events.map(({ type, name }) => ({ name, value: type, action: actionOf(name) })),
			{ name: REFUSED_NAME, value: REFUSED_TYPE, action: 'On refused deliveries' },
		],
	};
}

/** How n8n's list of actions names an event: `Message Received` is `On message received`. */
function actionOf(name: string): string {
	const words = name
		.split(' ')
		.map((word) => (/^[A-Z]{2,}$/.test(word) ? word : word.toLowerCase()));
	return `On ${words.join(' ')}`;
}

/**
 * The collection `options` that all webhook triggers share.
 *
 * @param extra options of this trigger only, put into the alphabetical order
 */
export function triggerOptionsProperty(
	{
		windowHours,
		capacity,
	}: {
		readonly windowHours: number;
		readonly capacity: number;
	},
	extra: readonly INodeProperties[] = [],
): INodeProperties {
	return {
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [
			...extra,
			answerProperty,
			refusedIntervalProperty,
			deduplicationStoreProperty(
				'Where the processes of n8n in queue mode remember events, and keep each accepted event until its execution has ended. Has no effect if n8n is a single process.',
			),
			{
				displayName: 'Accept Unverified Events',
				name: 'acceptUnverified',
				type: 'boolean',
				default: false,
				description:
					'Whether to accept deliveries without a valid signature. Anyone who knows the URL can then start this workflow. Such events have "verification": "none".',
			},
			{
				displayName: 'Allowed Source Addresses',
				name: 'allowedSourceAddresses',
				type: 'string',
				default: '',
				placeholder: 'e.g. 170.83.242.18, 170.83.242.19',
				description:
					'The IP addresses or ranges that can send events, separated by commas. Leave empty to allow any address. Behind a proxy, set N8N_PROXY_HOPS so that n8n sees the real address.',
			},
			{
				displayName: 'Deduplication Capacity',
				name: 'deduplicationCapacity',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 50000 },
				default: capacity,
				description:
					'How many events to remember. A larger number recognizes older duplicates, but takes more time per event.',
			},
			{
				displayName: 'Deduplication Window (Hours)',
				name: 'deduplicationWindow',
				type: 'number',
				typeOptions: { minValue: 0 },
				default: windowHours,
				description: 'How long to recognize a repeated event as a duplicate. 0 uses the default.',
			},
		].sort((a, b) => (a.displayName < b.displayName ? -1 : 1)) as INodeProperties[],
	};
}
