import type { IWebhookFunctions, IHookFunctions, INodeProperties } from 'n8n-workflow';
import { type LookupAnswer, LimitedLookup, type LookupLimits } from '../../lib/flow/lookup';
import { RateLimit } from '../../lib/flow/rates';
import type { Verdict } from '../../lib/receive/provider';
import { eventUrl, fetchEvent, DEFAULT_EVENT_PATH } from './fetchEvent';
import type { KometiaSettings } from './settings';

/** Publishing checks 'Event Path'; it is wrong here only where it holds an expression. */
const WRONG_PATH: LookupAnswer<unknown> = { state: 'unavailable', retryAfterSeconds: 60 };

/**
 * The verdict on an event by its id, from Kometia's API, within the node's limits.
 *
 * @param id one that passed the schema
 */
export async function lookUp(
	context: IWebhookFunctions,
	settings: KometiaSettings,
	id: string,
): Promise<Verdict> {
	const options = readLookupOptions(context);
	const { lookup } = lookupsOf(context);
	const warn = (problem: string) => tell(context, problem);
	const url = eventUrl(settings.baseUrl, options.eventPath, id);
	if (url === undefined) {
		warn(
			"'Event Path' does not lead to a URL below 'Base URL' in the credential, so no event can be verified.",
		);
		return verdictOf(WRONG_PATH);
	}
	// Another account or address must not profit from what this one was told.
	const key = `${settings.account} ${url}`;
	const answer = await lookup.get(key, options, async () => {
		const { answer: fetched, problem } = await fetchEvent(context, {
			id,
			url,
			timeoutMs: options.timeoutMs,
		});
		if (problem !== undefined) warn(problem);
		return fetched;
	});
	return verdictOf(answer);
}

/** The verdict on a delivery that names no event, which nobody can be asked about. */
export function withoutId(context: IWebhookFunctions): Verdict {
	tell(
		context,
		'A delivery to Kometia Trigger was refused because it contains no usable event ID. The ID must be 1 to 100 letters, digits, "-" or "_".',
	);
	return { result: 'refused', reason: 'event_not_found' };
}

function tell(context: IWebhookFunctions, problem: string): void {
	if (!lookupsOf(context).warnings.take()) return;
	const { id: workflowId } = context.getWorkflow();
	context.logger.warn(problem, { node: context.getNode().name, workflowId });
}

function verdictOf(answer: LookupAnswer<unknown>): Verdict {
	switch (answer.state) {
		case 'found':
			return { result: 'verified', verification: 'api-lookup', body: answer.value };
		case 'missing':
			return { result: 'refused', reason: 'event_not_found' };
		case 'unavailable':
			return {
				result: 'unavailable',
				retryAfterSeconds: answer.retryAfterSeconds,
				...(answer.credentialRefused === true ? { credentialRefused: true } : {}),
			};
	}
}

/** Enough to be noticed; a flood of forgeries must not fill the log. */
const WARNINGS = { burst: 3, perSecond: 1 / 60 } as const;

/** The lookups of one trigger node, and how often it may warn of them. */
interface NodeLookups {
	readonly lookup: LimitedLookup<unknown>;
	readonly warnings: RateLimit;
}

/** One n8n process has one of these; module state is what the requests of a process share. */
const byNode = new Map<string, NodeLookups>();

/** The lookups of the trigger node that a request belongs to. */
export function lookupsOf(context: IWebhookFunctions): NodeLookups {
	const scope = `${context.getWorkflow().id}:${context.getNode().id}`;
	let found = byNode.get(scope);
	if (found === undefined) {
		found = {
			lookup: new LimitedLookup(),
			warnings: new RateLimit(WARNINGS.burst, WARNINGS.perSecond),
		};
		byNode.set(scope, found);
	}
	return found;
}

/** How events are looked up, as the user set it. */
interface LookupOptions extends LookupLimits {
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
			"The path of Kometia's API that returns one event, relative to the Base URL in the credential. Mark the place of the event ID as in the default.",
	},
	{
		displayName: 'Lookup Timeout (Seconds)',
		name: 'lookupTimeout',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: MOST.timeoutSeconds },
		default: 10,
		description:
			"How long to wait for Kometia's API. After that, the delivery is answered with 503 and Kometia sends it again.",
	},
	{
		displayName: 'Lookups at Once',
		name: 'lookupsAtOnce',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: MOST.concurrent },
		default: 5,
		description: "Max number of lookups at Kometia's API at the same time",
	},
	{
		displayName: 'Lookups per Minute',
		name: 'lookupsPerMinute',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: MOST.perMinute },
		default: 60,
		description:
			'Max number of lookups per minute. Deliveries above this limit are postponed: Kometia sends them again an hour later.',
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
