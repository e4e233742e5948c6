import type { IncomingHttpHeaders } from 'node:http';
import { isObject, type JsonObject } from '../event/json';
import type {
	DeliveredEvents,
	EventEnvelope,
	MatchedSignature,
	ProviderEvent,
	Verification,
} from '../event/envelope';
import { wordsIn } from '../event/lists';
import type { Claim } from './claims';

/** Why a delivery was not accepted as authentic or readable; part of the HTTP answer. */
export type RefusalReason =
	| 'signature_missing'
	| 'signature_malformed'
	| 'signature_mismatch'
	| 'timestamp_missing'
	| 'timestamp_outside_tolerance'
	| 'token_expired'
	| 'event_not_found'
	| 'source_address_not_allowed';

/** What a provider's check found. */
export type Verdict =
	| {
			readonly result: 'verified';
			readonly verification: Verification;
			/** What the provider itself gave when asked; the event is made of it, not of the delivery. */
			readonly body?: unknown;
			/** Which of several signatures and secrets it was. */
			readonly matched?: MatchedSignature;
	  }
	| { readonly result: 'refused'; readonly reason: RefusalReason }
	/** The check needs something from the body that is not there; `detail` names the field. */
	| { readonly result: 'malformed'; readonly detail: string }
	/** It could not be done now, so nothing is known. */
	| {
			readonly result: 'unavailable';
			readonly retryAfterSeconds: number;
			/** A changed credential may mend it. */
			readonly credentialRefused?: boolean;
			/** The credential holds nothing to verify with. */
			readonly withoutSecret?: boolean;
	  }
	/** No event, but a question that the sender never signs, and whose answer tells nothing. */
	| { readonly result: 'answered'; readonly answer: Answer };

/** What was checked before a body is read as an event. */
export interface Checked<Settings> {
	readonly verification: Verification;
	/** Which of several signatures and secrets it was. */
	readonly matched?: MatchedSignature;
	/** What it was checked with; undefined where there was nothing, and the user lets that in. */
	readonly settings: Settings | undefined;
}

/**
 * All that the receive order needs to know of one provider. Adding a provider is writing one of
 * these; the order itself, the claim and the answers stay as they are.
 *
 * @typeParam Settings what the provider's credential holds, ready to verify with
 */
export interface WebhookProvider<Settings> {
	/** First part of `source`, such as `inbox-hub`. */
	readonly name: string;
	/** Checks the raw bytes. Never throws; refuses where it is not sure. */
	verify(delivery: Delivery, settings: Settings): Verdict | Promise<Verdict>;
	/**
	 * Reads the body of a verified delivery.
	 *
	 * @default JSON
	 * @throws {SyntaxError | MalformedBodyError} where it is none
	 */
	parse?(delivery: Delivery): unknown;
	/**
	 * The answer to a verified delivery that is no event but a question of the sender's, such as
	 * whether the address is really there. It starts nothing.
	 *
	 * @returns undefined where it is an event
	 */
	challenge?(body: unknown, delivery: Delivery, checked: Checked<Settings>): Answer | undefined;
	/**
	 * Turns a verified body into an event, or several where the sender puts them into one delivery.
	 *
	 * @param body the parsed body, or what the verdict held, of any shape
	 * @throws {MalformedBodyError} naming the field that makes no sense
	 */
	identify(
		body: unknown,
		delivery: Delivery,
		checked: Checked<Settings>,
	): ProviderEvent | DeliveredEvents;
	/**
	 * What was expected of a refused delivery, and what would make it genuine, as a part of a sentence for the
	 * user: nothing of the delivery itself. Asked seldom: it may cost more than the check itself.
	 *
	 * @returns undefined where nothing is known
	 */
	explainRefusal?(
		delivery: Delivery,
		settings: Settings,
		reason: RefusalReason,
	): string | undefined;
	/**
	 * The answer where the sender expects another than the common one.
	 *
	 * @returns undefined for the common one
	 */
	answer?(outcome: Outcome): Answer | undefined;
}

/** A body that is authentic but cannot be read as an event; `field` says where. */
export class MalformedBodyError extends Error {
	override readonly name = 'MalformedBodyError';

	constructor(
		readonly field: string,
		problem: string,
	) {
		super(`${field}: ${problem}`);
	}
}

/** An event that goes into the workflow. */
export interface AcceptedItem {
	readonly envelope: EventEnvelope;
	/** A body that is neither JSON nor text. */
	readonly binary?: ProviderEvent['binary'];
}

/** What became of a delivery; `answerFor` says it in HTTP. */
export type Outcome =
	| {
			readonly kind: 'accepted';
			/** The first one that is wanted. */
			readonly event: ProviderEvent;
			/** All that are wanted, with their envelopes. */
			readonly items: readonly AcceptedItem[];
			/** To be settled by whether n8n stored the execution; undefined for a test event. */
			readonly claim?: Claim;
	  }
	| { readonly kind: 'duplicate'; readonly event: ProviderEvent }
	| { readonly kind: 'ignored'; readonly event: ProviderEvent }
	/** No event, but a question that was answered. */
	| { readonly kind: 'answered'; readonly answer: Answer }
	| { readonly kind: 'refused'; readonly reason: RefusalReason }
	| {
			readonly kind: 'malformed';
			readonly detail: string;
			/** The bytes could not be had, so nothing was verified: what to do about it. */
			readonly unread?: string;
	  }
	| {
			readonly kind: 'unavailable';
			readonly retryAfterSeconds: number;
			/** There is nothing to verify with, which the user has to mend. */
			readonly withoutSecret?: boolean;
			/** A copy of it is under way. */
			readonly isBusy?: boolean;
	  };

/** An HTTP answer. */
export interface Answer {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	/** An object goes as JSON, a text as it is: with the headers' content type, or as plain text. */
	readonly body: Readonly<Record<string, unknown>> | string;
}

/**
 * Says an outcome in HTTP, the same for every trigger whose provider does not ask for another. A
 * provider that treats a status as final never gets that status for something that may pass: what
 * cannot be decided now is 503.
 */
export function answerFor(outcome: Outcome): Answer {
	switch (outcome.kind) {
		case 'accepted':
			return answer(200, { received: true, id: outcome.event.id });
		case 'duplicate':
			return answer(200, { duplicate: true, id: outcome.event.id });
		case 'ignored':
			return answer(200, { ignored: true });
		case 'answered':
			return outcome.answer;
		case 'refused':
			return answer(401, { error: outcome.reason });
		case 'malformed':
			return answer(400, { error: 'body_malformed', detail: outcome.detail });
		case 'unavailable':
			return answer(
				503,
				{ error: 'verification_unavailable' },
				{ 'Retry-After': String(outcome.retryAfterSeconds) },
			);
	}
}

function answer(status: number, body: Answer['body'], headers: Answer['headers'] = {}): Answer {
	return { status, body, headers };
}

/** One HTTP request of a provider, before anything in it is believed. */
export interface Delivery {
	/** The bytes as they came, after content decoding (gzip, deflate); what signatures cover. */
	readonly rawBody: Buffer;
	/** Header names in lower case, as Node.js gives them. */
	readonly headers: IncomingHttpHeaders;
	/** The node's own address as senders know it, with the query as it came; undefined in tests. */
	readonly url?: () => string;
	/** Parameters of the URL; one that comes twice is an array. */
	readonly query: Readonly<Record<string, unknown>>;
	/** Address of the sender, behind as many proxies as the host was told to trust. */
	readonly remoteAddress: string;
	readonly receivedAt: Date;
}

/** All values of a header that may come once, repeated, or as one comma-separated line. */
export function headerValues(headers: IncomingHttpHeaders, name: string): string[] {
	const value = headers[name];
	if (value === undefined) return [];
	return (Array.isArray(value) ? value : [value]).flatMap(wordsIn);
}

/**
 * The fields of a body. What a verified sender puts into them is never a reason to refuse it: many
 * never send again what was refused as unreadable.
 *
 * @throws {MalformedBodyError} where the body is no JSON object
 */
export function readObject(body: unknown): JsonObject {
	if (isObject(body)) return body;
	throw new MalformedBodyError('body', 'must be a JSON object');
}
