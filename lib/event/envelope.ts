import { isObject, isText } from './json';

/**
 * How the sender of an event was verified. `connection`: it came over a connection that we opened to
 * the server that the credential names. `none`: only where the user accepted unverified events.
 */
export type Verification =
	| 'hmac-sha1'
	| 'hmac-sha256'
	| 'hmac-sha384'
	| 'hmac-sha512'
	| 'jwt-hs256'
	| 'api-lookup'
	| 'shared-token'
	| 'ed25519'
	| 'connection'
	| 'none';

/** What a provider's descriptor makes of one delivery. The envelope is built from it. */
export interface ProviderEvent {
	/** Identifies the event within `source` for ever: a retry and a replay carry the same one. */
	readonly id: string;
	/** URI reference of the account or session it came from, such as `/inbox-hub/sales_1`. */
	readonly source: string;
	/** Reverse-dotted name, such as `whatsapp.message.received`. */
	readonly type: string;
	readonly subject?: string;
	readonly time: Date;
	/** What duplicates are recognised by: source, type and id in one text. */
	readonly dedupeKey: string;
	/** Normalised data, documented per type. */
	readonly data: Readonly<Record<string, unknown>>;
	/** The provider's body, untouched but for secrets. */
	readonly raw: unknown;
	/**
	 * For an event that carries neither an id nor a time: its content stands for its identity, but
	 * only for a moment, because the same content may come again and mean something new.
	 */
	readonly momentary?: { readonly key: string; readonly windowMs: number };
	/**
	 * SHA-256 of what was signed, in hex, where the signature does not cover the id: the same bytes
	 * under another id are the same event of this type.
	 */
	readonly signedDigest?: string;
	/** A body that is neither JSON nor text. */
	readonly binary?: {
		readonly data: Buffer;
		readonly mimeType: string;
		readonly fileName?: string;
	};
}

/** Several events that came in one delivery, at least one. */
export interface DeliveredEvents {
	/** What the delivery itself is recognised by when it comes again. */
	readonly dedupeKey: string;
	readonly events: readonly ProviderEvent[];
}

/** Which of several signatures was the right one, and what it was checked with. */
export interface MatchedSignature {
	readonly secret: 'current' | 'previous';
	/** Its name in the header, such as `v1`. */
	readonly signature?: string;
	/** The sender's name of the key. */
	readonly keyId?: string;
}

/** CloudEvents 1.0 in its JSON format, with the extension attributes of this package. */
export interface EventEnvelope {
	readonly specversion: '1.0';
	readonly id: string;
	readonly source: string;
	readonly type: string;
	readonly subject?: string;
	/** RFC 3339, UTC. */
	readonly time: string;
	readonly datacontenttype: 'application/json';
	readonly verification: Verification;
	readonly dedupekey: string;
	/** Of {@link ProviderEvent.signedDigest}. */
	readonly signeddigest?: string;
	readonly matchedsecret?: MatchedSignature['secret'];
	readonly matchedsignature?: string;
	readonly matchedkeyid?: string;
	/** Only where something in `data` was nested too deeply, and a text says so in its place. */
	readonly nestingcut?: true;
	readonly data: Readonly<Record<string, unknown>> & { readonly raw: unknown };
}

/**
 * Wraps a provider's event in the envelope that every trigger of the package emits. What is nested
 * deeper than n8n can show is left out.
 *
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
 */
export function createEnvelope(
	event: ProviderEvent,
	verification: Verification,
	matched?: MatchedSignature,
): EventEnvelope {
	const received = { ...event.data, raw: event.raw };
	const data = boundNesting(received) as typeof received;
	return {
		specversion: '1.0',
		id: event.id,
		source: event.source,
		type: event.type,
		...(event.subject === undefined ? {} : { subject: event.subject }),
		time: event.time.toISOString(),
		datacontenttype: 'application/json',
		verification,
		dedupekey: event.dedupeKey,
		...(event.signedDigest === undefined ? {} : { signeddigest: event.signedDigest }),
		...(matched === undefined ? {} : matchedAttributes(matched)),
		...(data === received ? {} : { nestingcut: true }),
		data,
	};
}

function matchedAttributes({ secret, signature, keyId }: MatchedSignature) {
	return {
		matchedsecret: secret,
		...(signature === undefined ? {} : { matchedsignature: signature }),
		...(keyId === undefined ? {} : { matchedkeyid: keyId }),
	};
}

/**
 * Levels of objects and lists that an event keeps, its `data` the first. Real events have a dozen at
 * most; n8n stores more than its API can give back, and then gives nothing of the page it is on.
 */
export const DEEPEST_LEVEL = 64;

/** Stands where an object or a list was left out. */
export const LEFT_OUT = `[left out: nested deeper than ${DEEPEST_LEVEL} levels]`;

/**
 * Leaves out what is nested too deeply. JSON.parse takes any depth; this goes down no further than it
 * keeps, so that no depth exhausts the stack. What has nothing to leave out is given back as it is,
 * not as a copy.
 *
 * @param value JSON, or what else a server sent: what is neither a list nor a plain object stays
 * @param level the level of `value` itself
 */
export function boundNesting(value: unknown, level = 1): unknown {
	if (Array.isArray(value)) {
		if (level > DEEPEST_LEVEL) return LEFT_OUT;
		return boundList(value, level);
	}
	if (!isPlainObject(value)) return value;
	return level > DEEPEST_LEVEL ? LEFT_OUT : boundObject(value, level);
}

function boundList(list: readonly unknown[], level: number): readonly unknown[] {
	let copy: unknown[] | undefined;
	for (const [index, value] of list.entries()) {
		if (typeof value !== 'object') continue;
		const bound = boundNesting(value, level + 1);
		if (bound === value) continue;
		copy ??= [...list];
		copy[index] = bound;
	}
	return copy ?? list;
}

function boundObject(
	object: Readonly<Record<string, unknown>>,
	level: number,
): Readonly<Record<string, unknown>> {
	let changed: Map<string, unknown> | undefined;
	for (const name of Object.keys(object)) {
		const value = object[name];
		if (typeof value !== 'object') continue;
		const bound = boundNesting(value, level + 1);
		if (bound === value) continue;
		changed ??= new Map(Object.entries(object));
		changed.set(name, bound);
	}
	// Not by assignment: a name in a body may be `__proto__`.
	return changed === undefined ? object : Object.fromEntries(changed);
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
	if (typeof value !== 'object' || value === null) return false;
	const prototype: unknown = Object.getPrototypeOf(value);
	return prototype === Object.prototype || prototype === null;
}

/** An event that came as the payload of another: everything that its envelope says. */
type CarriedEvent = Omit<ProviderEvent, 'momentary' | 'signedDigest' | 'binary'>;

/**
 * Reads a payload that is itself an envelope of this package (or any CloudEvents 1.0 JSON envelope):
 * it keeps its id, source, type, subject, time and data, whatever it travelled over, so that it is
 * still the same event at the other end.
 *
 * @param receivedAt the event's time where the envelope has none that can be read
 * @returns undefined where the payload is no envelope
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
 */
export function carriedEnvelope(payload: unknown, receivedAt: Date): CarriedEvent | undefined {
	if (!isObject(payload) || payload.specversion !== '1.0') return undefined;
	const { id, source, type, subject, time, data } = payload;
	if (!isText(id) || !isText(source) || !isText(type)) return undefined;
	const content = isObject(data) ? data : data === undefined ? {} : { payload: data };
	return {
		id,
		source,
		type,
		...(isText(subject) ? { subject } : {}),
		time: instant(time) ?? receivedAt,
		dedupeKey: `${source}|${id}`,
		data: content,
		raw: 'raw' in content ? content.raw : payload,
	};
}

function instant(value: unknown): Date | undefined {
	const time = new Date(isText(value) ? value : Number.NaN);
	return Number.isNaN(time.getTime()) ? undefined : time;
}
