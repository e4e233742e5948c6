import type { IHookFunctions, INodeProperties, IWebhookFunctions } from 'n8n-workflow';
import type { LookupLimits } from '../../lib/flow/lookup';
import { DEFAULT_EVENT_PATH } from './eventPath';

/** How events are looked up, as the user set it. */
export interface LookupOptions extends LookupLimits {
	/** With `{id}` where the event's id goes. */
	readonly eventPath: string;
	readonly timeoutMs: number;
}

/** The same as in the properties below, where n8n's lint asks for plain numbers. */
const DEFAULTS = { timeoutSeconds: 10, concurrent: 5, perMinute: 60 } as const;

/** Bounds that hold whatever is written into the workflow. */
const MOST = { timeoutSeconds: 60, concurrent: 100, perMinute: 6_000 } as const;

/** What the Kometia Trigger adds to the collection `options`. */
export const lookupOptionProperties: INodeProperties[] = [
	{
		displayName: 'Event Path',
		name: 'eventPath',
		type: 'string',
		default: DEFAULT_EVENT_PATH,
		description:
			"Where Kometia's API tells of an event, below the credential's Base URL. The place of the event's ID is marked as in the default.",
	},
	{
		displayName: 'Lookup Timeout (Seconds)',
		name: 'lookupTimeout',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: MOST.timeoutSeconds },
		default: 10,
		description: "How long Kometia's API may take to answer before the delivery is put off",
	},
	{
		displayName: 'Lookups at Once',
		name: 'lookupsAtOnce',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: MOST.concurrent },
		default: 5,
		description: "How many events are looked up at Kometia's API at the same time, at most",
	},
	{
		displayName: 'Lookups per Minute',
		name: 'lookupsPerMinute',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: MOST.perMinute },
		default: 60,
		description:
			'How many events are looked up in any minute, at most. Deliveries above that are put off: Kometia sends them again an hour later.',
	},
];

/** Reads them; what the user did not set, or set to nonsense, has its default. */
export function readLookupOptions(context: IHookFunctions | IWebhookFunctions): LookupOptions {
	const options: unknown = context.getNodeParameter('options', {});
	const { eventPath, lookupTimeout, lookupsAtOnce, lookupsPerMinute } = { ...Object(options) } as {
		[name: string]: unknown;
	};
	return {
		eventPath: typeof eventPath === 'string' ? eventPath.trim() : DEFAULT_EVENT_PATH,
		timeoutMs: within(lookupTimeout, DEFAULTS.timeoutSeconds, MOST.timeoutSeconds) * 1000,
		concurrent: Math.ceil(within(lookupsAtOnce, DEFAULTS.concurrent, MOST.concurrent)),
		perMinute: Math.ceil(within(lookupsPerMinute, DEFAULTS.perMinute, MOST.perMinute)),
	};
}

function within(value: unknown, fallback: number, most: number): number {
	const number = Number(value);
	return Number.isFinite(number) && number > 0 ? Math.min(number, most) : fallback;
}
