import { boundNesting } from './nesting';

/**
 * How the sender of an event was verified. `connection`: it came over a connection that we opened to
 * the server that the credential names. `none`: only where the user accepted unverified events.
 */
export type Verification =
	| 'hmac-sha256'
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
export function createEnvelope(event: ProviderEvent, verification: Verification): EventEnvelope {
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
		...(data === received ? {} : { nestingcut: true }),
		data,
	};
}
