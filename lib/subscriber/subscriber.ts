import { Failure } from '../net/failure';
import { readPatterns, fitsType } from '../event/pattern';
import { isHeader } from '../net/credentialFields';
import { type SubscriberFilter, matchesFilter } from './filter';
import { Problem } from './problem';

/** Somebody who wants events delivered to an address. */
export interface Subscriber {
	/** Unique in the registry, such as `sub_4f…`. */
	readonly id: string;
	/** http(s) address that events are POSTed to. */
	readonly url: string;
	/** Event types; `*` stands for any text. */
	readonly events: readonly string[];
	/** `whsec_…`, in clear; undefined: deliveries are not signed with a secret of its own. */
	readonly secret?: string;
	/** Signs beside `secret` until its end, so that the subscriber can change over. */
	readonly previousSecret?: { readonly secret: string; readonly until: Date };
	/** False: nothing is delivered (paused, or disabled for a reason). */
	readonly active: boolean;
	/** Why the package itself stopped delivering; undefined where it did not. */
	readonly disabledReason?: DisabledReason;
	/** Since when every delivery failed; undefined after a success. */
	readonly failingSince?: Date;
	/** Deliveries a second at most; undefined: no limit. */
	readonly rateLimit?: number;
	/** What CloudEvents are called in `content-type`; undefined: by their own name. */
	readonly contentType?: EventContentType;
	/** Sent with each delivery. */
	readonly headers: Readonly<Record<string, string>>;
	/** What of the event must fit besides its type; undefined: nothing. */
	readonly filter?: SubscriberFilter;
	readonly createdAt: Date;
}

/**
 * What a CloudEvent in JSON may be called: by its own name, or as the JSON that it is, for receivers
 * that read no other, such as n8n's own Webhook node.
 */
type EventContentType = 'application/cloudevents+json' | 'application/json';

/**
 * `gone`: it answered 410. `asked`: it answered with `webhook-delivery: disable`. `failing`: nothing
 * but failures for days.
 */
export type DisabledReason = 'gone' | 'asked' | 'failing';

/** What deliveries told of a subscriber, where something changed. */
export interface HealthChange<S = Subscriber> {
	readonly subscriber: S;
	/** Since when every delivery failed; null: the last one did not. Undefined: as before. */
	readonly failingSince?: Date | null;
	/** Given: it gets nothing more, for this reason. */
	readonly disable?: DisabledReason;
}

/** What signs where a subscriber has no secret of its own. */
export interface SharedSecrets {
	readonly secret?: string;
	readonly previousSecret?: string;
}

/** Whoever hands over a previous secret says himself for how long it signs. */
export const WITHOUT_END = new Date(8.64e15);

/** The subscriber with the shared secrets, where it has no secret of its own. */
export function withSharedSecrets(
	subscriber: Subscriber,
	{ secret, previousSecret }: SharedSecrets,
): Subscriber {
	if (subscriber.secret !== undefined) return subscriber;
	return {
		...subscriber,
		...(secret === undefined ? {} : { secret }),
		...(previousSecret === undefined
			? {}
			: { previousSecret: { secret: previousSecret, until: WITHOUT_END } }),
	};
}

/** As many characters as browsers and proxies of all kinds take. */
const LONGEST_URL = 2_000;

/**
 * Reads the address of a subscriber; what follows a `#` is dropped. Whether n8n may call it is for
 * the address guard to say.
 *
 * @returns the address as it is stored; or what is wrong with it, as the end of a sentence
 */
export function readSubscriberUrl(text: string): string | Problem {
	const trimmed = text.trim();
	if (trimmed === '') return new Problem('is empty; enter the https URL of the subscriber');
	if (trimmed.length > LONGEST_URL) {
		return new Problem(`has ${trimmed.length} characters, but the max is ${LONGEST_URL}`);
	}
	if (!URL.canParse(trimmed)) {
		return new Problem('is not a valid URL; enter one such as https://shop.example/webhooks');
	}
	const url = new URL(trimmed);
	if (url.protocol !== 'https:' && url.protocol !== 'http:') {
		return new Problem('is not a URL that starts with https://');
	}
	if (url.username !== '' || url.password !== '') {
		return new Problem("contains a user name or password; use an 'Authorization' header instead");
	}
	url.hash = '';
	return url.href;
}

const MOST_HEADERS = 30;
const LONGEST_VALUE = 4_000;

/**
 * Reads the headers that go with each delivery to a subscriber.
 *
 * @returns the values by name; or what is wrong, as the end of a sentence that quotes no value
 */
export function readSubscriberHeaders(
	headers: Readonly<Record<string, unknown>>,
): Record<string, string> | Problem {
	const entries = Object.entries(headers);
	if (entries.length > MOST_HEADERS) return new Problem(`has more than ${MOST_HEADERS} headers`);
	for (const [name, value] of entries) {
		const shown = name.slice(0, 60);
		if (!isHeader(name, value)) {
			return new Problem(`has a header '${shown}' with an invalid name or value`);
		}
		if (String(value).length > LONGEST_VALUE) {
			return new Problem(`has a header '${shown}' of more than ${LONGEST_VALUE} characters`);
		}
		if (isReservedHeader(name)) {
			return new Problem(`has the header '${shown}', which is set by each delivery itself`);
		}
	}
	return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

const CONTENT_TYPES: readonly EventContentType[] = [
	'application/cloudevents+json',
	'application/json',
];

/**
 * Reads how a subscriber wants CloudEvents to be called.
 *
 * @returns undefined where it says nothing; or what is wrong, as the end of a sentence
 */
export function readContentType(value: unknown): EventContentType | undefined | Problem {
	const text = typeof value === 'string' ? value.trim().toLowerCase() : (value ?? '');
	if (text === '') return undefined;
	const known = CONTENT_TYPES.find((one) => one === text);
	return known ?? new Problem(`is not one of ${CONTENT_TYPES.join(', ')}; correct or clear it`);
}

const MOST_PATTERNS = 100;
const LONGEST_PATTERN = 200;

/**
 * Reads the event types that a subscriber wants.
 *
 * @param value a list, or one text with commas or line breaks between the patterns; `*` stands for
 * any text
 * @returns the patterns, each once; or what is wrong with them, as the end of a sentence
 */
export function readEventPatterns(value: unknown): string[] | Problem {
	const patterns = [...new Set(readPatterns(value))];
	if (patterns.length === 0) return new Problem('has no event type; enter * for all');
	if (patterns.length > MOST_PATTERNS) {
		return new Problem(`has more than ${MOST_PATTERNS} event types; use * within them`);
	}
	const long = patterns.find(({ length }) => length > LONGEST_PATTERN);
	if (long !== undefined) {
		return new Problem(
			`has an event type of more than ${LONGEST_PATTERN} characters: '${long.slice(0, 40)}…'`,
		);
	}
	const odd = patterns.find((pattern) => /[\s\p{Cc}"'[\]{}]/u.test(pattern));
	if (odd === undefined) return patterns;
	return new Problem(
		`contains '${odd.slice(0, 40)}', which is not an event type; enter types such as order.paid or order.*, separated by commas`,
	);
}

/**
 * Whether an event is to be delivered to a subscriber: it is active, and type and filter fit. Types fit
 * as they do everywhere in this package: the first part may be left out.
 *
 * @param onTooCostly told the path of a condition of its filter that takes too long, and does not fit
 */
export function wantsEvent(
	{ active, events, filter }: Pick<Subscriber, 'active' | 'events' | 'filter'>,
	event: { readonly type: string },
	onTooCostly?: (path: string) => void,
): boolean {
	if (!active || !fitsType(events, event.type)) return false;
	return filter === undefined || matchesFilter(filter, event, onTooCostly);
}

/** A subscriber as a registry holds it. */
export interface RegisteredSubscriber extends Subscriber {
	/** n8n's own number of the row; never used twice. */
	readonly rowId: number;
	/** When the row was written last. */
	readonly updatedAt: Date;
}

/** A row of which no subscriber can be made: it is left out, and told. */
export class BadRow {
	constructor(
		/** n8n's own number of the row. */
		readonly rowId: number,
		/** Made of the row's number where the row has none. */
		readonly id: string,
		readonly column: string,
		/** Which row and column, what is wrong, what to do; quotes no secret. */
		readonly message: string,
		/** False where the row says so: nothing would be delivered anyway. */
		readonly active: boolean,
	) {}
}

/** What a table's rows amount to. */
export interface Registered {
	readonly subscribers: readonly RegisteredSubscriber[];
	readonly badRows: readonly BadRow[];
}

/** Why a registry could not do something, in words for the user. */
export class RegistryError extends Failure {
	override readonly name = 'RegistryError';

	constructor(
		message: string,
		/** What to do. */
		readonly description: string,
	) {
		super(message);
	}
}

/** What the delivery itself says, and what belongs to the connection (RFC 9110 section 7.6.1). */
const RESERVED: ReadonlySet<string> = new Set([
	'accept-encoding',
	'connection',
	'content-encoding',
	'content-length',
	'content-type',
	'expect',
	'host',
	'http2-settings',
	'keep-alive',
	'proxy-authorization',
	'proxy-connection',
	'te',
	'trailer',
	'transfer-encoding',
	'upgrade',
]);

const RESERVED_PREFIX = 'webhook-';

/** Whether a header of this name is not the subscriber's to set. */
function isReservedHeader(name: string): boolean {
	const lower = name.trim().toLowerCase();
	return RESERVED.has(lower) || lower.startsWith(RESERVED_PREFIX);
}

/**
 * The first header that HTTP does not allow, for a message; its content is not told, it may be a
 * secret.
 */
export function invalidHeaderName(headers: Readonly<Record<string, string>>): string | undefined {
	return Object.keys(headers).find((name) => !isHeader(name, headers[name]));
}

/** A subscriber's headers as undici takes them: name, value, name, value. Reserved ones are left out. */
export function sendableHeaders(headers: Readonly<Record<string, string>>): string[] {
	return Object.entries(headers).flatMap(([name, value]) =>
		isReservedHeader(name) ? [] : [name, String(value)],
	);
}
