import type { INodeProperties } from 'n8n-workflow';
import { answerProperty } from './answerOption';
import { REFUSED_TYPE } from './refusedDeliveries';
import { refusedIntervalProperty } from './refusedOption';

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
			'Which events start the workflow. With All Events, those without a name of their own arrive too. Refused Deliveries is an event every few minutes, with counts and what to do, only where you choose it.',
		options: [
			{ name: 'All Events', value: '*' },
			...events.map(({ type, name }) => ({ name, value: type })),
			{ name: 'Refused Deliveries', value: REFUSED_TYPE },
		],
	};
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
			{
				displayName: 'Accept Unverified Events',
				name: 'acceptUnverified',
				type: 'boolean',
				default: false,
				description:
					'Whether to accept deliveries without a valid signature. Anybody who knows the URL can then start this workflow; such events say "verification": "none".',
			},
			{
				displayName: 'Allowed Source Addresses',
				name: 'allowedSourceAddresses',
				type: 'string',
				default: '',
				placeholder: 'e.g. 170.83.242.18, 170.83.242.19',
				description:
					'IP addresses or ranges that may deliver, separated by commas. Empty: all may. Behind a proxy, n8n needs N8N_PROXY_HOPS to see the real address.',
			},
			{
				displayName: 'Deduplication Capacity',
				name: 'deduplicationCapacity',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 50000 },
				default: capacity,
				description:
					'How many events are remembered. More protects longer but costs more time for each event.',
			},
			{
				displayName: 'Deduplication Window (Hours)',
				name: 'deduplicationWindow',
				type: 'number',
				typeOptions: { minValue: 0 },
				default: windowHours,
				description: 'For how long a repeated event is recognised as a duplicate',
			},
		].sort((a, b) => (a.displayName < b.displayName ? -1 : 1)) as INodeProperties[],
	};
}
