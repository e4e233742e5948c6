import { STATUS_CODES } from 'node:http';
import { networkFault, type NetworkFaultKind } from '../net/fault';
import { AddressRefusedError, type AddressRefusal } from '../net/guard/addressGuard';
import { retryAfterMs } from '../net/retry';
import type {
	Delivery,
	DeliveryResponse,
	DeliveryResult,
	RunSettings,
	UndeliveredReason,
} from './delivery';
import { nextDelayMs } from './schedule';

/** What an answer, or none, means for a delivery. */
export interface Verdict {
	readonly delivered: boolean;
	/** Where not delivered. */
	readonly reason?: UndeliveredReason;
	/** Where not delivered: what happened and what to do, in words. */
	readonly message?: string;
	/** `inRun`: may be over in a moment. `bySchedule`: somebody has to mend something. */
	readonly retry: 'inRun' | 'bySchedule' | 'never';
	/** What the receiver asked for, in milliseconds. */
	readonly retryAfterMs?: number;
	/** The host has too much to do. */
	readonly slowsDown: boolean;
	/** Speaks against the whole host, not against the one address. */
	readonly blamesHost: boolean;
	readonly disables?: 'gone' | 'asked';
}

/** What is known of a delivery when it is settled. */
export interface Ended {
	/** Its place among the deliveries. */
	readonly index: number;
	readonly delivery: Delivery;
	/** HTTP requests of this run. */
	readonly requests: number;
	/** Milliseconds since 1970 of the first and the last request; 0 where there was none. */
	readonly firstAt: number;
	readonly lastAt: number;
	readonly response: DeliveryResponse | undefined;
}

type Writable<T> = { -readonly [Field in keyof T]: T[Field] };

/** Neither the receiver nor its host had a part in it: it costs no attempt of the schedule. */
const NOT_COUNTED: ReadonlySet<UndeliveredReason | undefined> = new Set([
	'cancelled',
	'rate_limited',
]);

/** What became of a delivery. Where none of its attempts is left it is given up, with the last reason. */
export function resultOf(
	{ delivery, requests, firstAt, lastAt, response }: Ended,
	verdict: Verdict,
	{ schedule, now, random }: Pick<RunSettings, 'schedule' | 'now' | 'random'>,
): DeliveryResult {
	const at = now();
	const { earlierAttempts, firstAttemptAt } = delivery;
	const counted = !NOT_COUNTED.has(verdict.reason);
	const attempt = earlierAttempts + (counted ? 1 : 0);
	const last = instant(lastAt === 0 ? at : lastAt);
	const result: Writable<DeliveryResult> = {
		outcome: verdict.delivered ? 'delivered' : 'gaveUp',
		attempt,
		requests,
		firstAttemptAt: firstAttemptAt ?? (firstAt === lastAt ? last : instant(firstAt)),
		lastAttemptAt: last,
	};
	if (response !== undefined) result.response = response;
	if (verdict.disables !== undefined) result.disables = verdict.disables;
	if (verdict.delivered) return result;
	result.reason = verdict.reason;
	result.message = verdict.message;
	if (verdict.retry === 'never') return result;
	const delayMs = counted
		? nextDelayMs(schedule, attempt, verdict.retryAfterMs, random)
		: // Not beyond what a date can say, and what was wrong may be corrected meanwhile.
			Math.min(verdict.retryAfterMs ?? 0, schedule.longestAskedMs);
	if (delayMs === undefined) return result;
	result.outcome = 'retryLater';
	result.nextAttemptAt = instant(at + delayMs);
	return result;
}

/** Several deliveries of a run begin in the same millisecond: it is written down once for them. */
let known = { at: 0, text: new Date(0).toISOString() };

function instant(at: number): string {
	if (known.at !== at) known = { at, text: new Date(at).toISOString() };
	return known.text;
}

/** Statuses that say "too much at the moment". */
const SLOW_DOWN: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Statuses below 500 that say "not now": timeout, too early, too many requests. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);

const DELIVERED: Verdict = {
	delivered: true,
	retry: 'never',
	slowsDown: false,
	blamesHost: false,
};

/**
 * What an answer means. 2xx is delivered and nothing else is; 410 ends the subscription; the header
 * `webhook-delivery: disable` does so with any status, `abort` (or `abort-message`) ends this delivery.
 *
 * @param headers names in lower case
 * @param origin of the receiver, for the message
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 * @see https://docs.svix.com/receiving/delivery-control
 */
export function verdictOfAnswer(
	status: number,
	headers: Readonly<Record<string, unknown>>,
	origin: string,
): Verdict {
	const instruction = one(headers['webhook-delivery'])?.trim().toLowerCase();
	const asksToDisable = instruction === 'disable';
	if (status >= 200 && status < 300) {
		return asksToDisable ? { ...DELIVERED, disables: 'asked' } : DELIVERED;
	}
	if (status === 410) return ended('status_410', message(status, origin), 'gone');
	if (asksToDisable) {
		return ended(
			'disabled_by_receiver',
			`${origin} responded with ${status} and asked for no more events (webhook-delivery: disable). Resume the subscriber when it wants events again.`,
			'asked',
		);
	}
	if (instruction === 'abort' || instruction === 'abort-message') {
		return ended(
			'aborted_by_receiver',
			`${origin} responded with ${status} and does not want this event again (webhook-delivery: ${instruction}).`,
		);
	}
	const passing = status >= 500 || PASSING.has(status);
	const asked = retryAfterMs(one(headers['retry-after']));
	return {
		delivered: false,
		reason: `status_${status}`,
		message: message(status, origin),
		retry: passing ? 'inRun' : 'bySchedule',
		slowsDown: SLOW_DOWN.has(status),
		blamesHost: passing,
		...(asked === undefined || asked <= 0 ? {} : { retryAfterMs: asked }),
	};
}

function ended(reason: UndeliveredReason, words: string, disables?: 'gone' | 'asked'): Verdict {
	return {
		delivered: false,
		reason,
		message: words,
		retry: 'never',
		slowsDown: false,
		blamesHost: false,
		...(disables === undefined ? {} : { disables }),
	};
}

function message(status: number, origin: string): string {
	const name = STATUS_CODES[status];
	const said = `${origin} responded with ${status}${name === undefined ? '' : ` (${name})`}`;
	return `${said}. ${adviceFor(status)}`;
}

function adviceFor(status: number): string {
	if (status === 410) return 'The URL no longer exists. The subscriber gets no more events.';
	if (status === 401 || status === 403) {
		return 'Check the secret and the headers of the subscriber, and who is allowed to call the URL.';
	}
	if (status === 404) return 'Correct the URL of the subscriber.';
	if (status === 413) return 'The event is too large for the receiver. Send less data.';
	if (status === 429)
		return 'The receiver wants fewer requests. Set a rate limit for the subscriber.';
	if (status >= 500) return "The receiver's server has a problem or is overloaded.";
	if (status >= 300 && status < 400) {
		return 'Redirects are not followed. Change the URL of the subscriber to the redirect target.';
	}
	return 'The receiver does not accept the event. Its response may show why.';
}

function one(value: unknown): string | undefined {
	const first: unknown = Array.isArray(value) ? value[0] : value;
	return typeof first === 'string' ? first : undefined;
}

/** A request that its time limit ended. */
export class AttemptTimeout extends Error {
	override readonly name = 'AttemptTimeout';

	constructor(
		readonly limitMs: number,
		/** Whether there was a connection: then the receiver may have acted on the request. */
		readonly connected: boolean,
	) {
		super();
	}
}

const REASONS: Readonly<Record<NetworkFaultKind, UndeliveredReason>> = {
	refused: 'connection_refused',
	nameNotFound: 'name_not_found',
	certificate: 'certificate',
	tls: 'tls',
	timeout: 'timeout',
	lost: 'connection_lost',
	unreachable: 'unreachable',
};

/** Faults that last until somebody mends them. */
const LASTING: ReadonlySet<NetworkFaultKind> = new Set(['certificate', 'tls']);

/** Undici's codes for what it gave up to read. */
const NOT_HTTP: ReadonlySet<string | undefined> = new Set([
	'UND_ERR_HEADERS_OVERFLOW',
	'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
]);

/**
 * What it means that there was no answer. All speak against the host; no secret is in the words.
 *
 * @param fault what the connection failed with
 * @param origin of the receiver
 */
export function verdictOfFault(fault: unknown, origin: string): Verdict {
	const refusal = refusalOf(fault);
	if (refusal !== undefined) return verdictOfRefusal(refusal);
	if (fault instanceof AttemptTimeout) return timedOut(fault, origin);
	const code = codeOf(fault);
	if (isParserError(fault) || NOT_HTTP.has(code)) {
		return failed(
			'invalid_answer',
			`${origin} sent a response that is not HTTP. Check the URL and the server of the receiver.`,
			'inRun',
		);
	}
	if (code === 'ENOTFOUND') {
		const { message, description } = networkFault(fault, origin);
		return failed('name_not_found', `${message}. ${description}`, 'bySchedule');
	}
	const { kind, message, description } = networkFault(fault, origin);
	const retry = LASTING.has(kind) ? 'bySchedule' : 'inRun';
	return failed(REASONS[kind], `${message}. ${description}`, retry);
}

/** An address that may not be called; its name may be mended, so the schedule goes on. */
export function verdictOfRefusal({ reason, message }: AddressRefusal): Verdict {
	const word = reason === 'name_not_found' ? reason : 'address_refused';
	return failed(word, message, 'bySchedule');
}

function timedOut({ limitMs, connected }: AttemptTimeout, origin: string): Verdict {
	const seconds = limitMs / 1000;
	return failed(
		'timeout',
		connected
			? `${origin} did not respond within ${seconds} seconds. It may have received the event, so the event is sent again with the same webhook-id. The receiver should respond first and do its work afterwards.`
			: `Could not connect to ${origin} within ${seconds} seconds. Check the URL and the network.`,
		'inRun',
	);
}

function failed(reason: UndeliveredReason, message: string, retry: Verdict['retry']): Verdict {
	return { delivered: false, reason, message, retry, slowsDown: false, blamesHost: true };
}

/** A connection that tried several addresses has one error for each. */
function refusalOf(fault: unknown): AddressRefusal | undefined {
	if (fault instanceof AddressRefusedError) return fault.refusal;
	if (!(fault instanceof Error)) return undefined;
	if (fault instanceof AggregateError) {
		return fault.errors.map(refusalOf).find((refusal) => refusal !== undefined);
	}
	return refusalOf(fault.cause);
}

/** Undici's error of its HTTP parser, which not always has a code. */
function isParserError(fault: unknown): boolean {
	return fault instanceof Error && fault.name === 'HTTPParserError';
}

function codeOf(fault: unknown): string | undefined {
	const code: unknown = fault instanceof Error && 'code' in fault ? fault.code : undefined;
	return typeof code === 'string' ? code : undefined;
}

/** Verdicts on deliveries that this run does not send, or no further. */

export const CANCELLED: Verdict = unsent(
	'cancelled',
	'The execution was canceled before a response arrived. Send the delivery again. It keeps its webhook-id.',
);

/** @param where whose requests failed */
export function circuitOpen(origin: string, where = 'in this run'): Verdict {
	return unsent(
		'circuit_open',
		`Not sent, because ${origin} failed too often in a row ${where}. Check the errors of its other deliveries.`,
	);
}

/** @param waitMs until its turn */
export function rateLimited(perSecond: number, waitMs: number): Verdict {
	return {
		...unsent(
			'rate_limited',
			`Not sent yet, because the subscriber accepts ${perSecond} deliveries per second and others came first.`,
		),
		retryAfterMs: Math.ceil(waitMs),
	};
}

/** @param waitMs until the time that the receiver named */
export function askedToWait(origin: string, waitMs: number): Verdict {
	return {
		...unsent(
			'asked_to_wait',
			`Not sent, because ${origin} asked for no more requests for now in response to another delivery (Retry-After).`,
		),
		retryAfterMs: Math.ceil(waitMs),
	};
}

/** For the rest of a subscriber's deliveries once it is to get nothing more. */
export function alreadyDisabled(origin: string, cause: Verdict): Verdict {
	return {
		...cause,
		delivered: false,
		retry: 'never',
		reason: cause.reason ?? 'disabled_by_receiver',
		message: `Not sent, because ${origin} asked for no more events in response to another delivery.`,
	};
}

function unsent(reason: UndeliveredReason, message: string): Verdict {
	return {
		delivered: false,
		reason,
		message,
		retry: 'bySchedule',
		slowsDown: false,
		blamesHost: false,
	};
}
