import { STATUS_CODES } from 'node:http';
import { retryAfterMs } from '../net/sendWithRetry';

/** What an answer, or none, means for a delivery. */
export interface Verdict {
	readonly delivered: boolean;
	/** Where not delivered: one word for programs, such as `status_503`, `timeout`. */
	readonly reason?: string;
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
			`${origin} answered ${status} and asked for no more events (webhook-delivery: disable). Subscribe it again when it wants them.`,
			'asked',
		);
	}
	if (instruction === 'abort' || instruction === 'abort-message') {
		return ended(
			'aborted_by_receiver',
			`${origin} answered ${status} and does not want this event again (webhook-delivery: ${instruction}).`,
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

function ended(reason: string, words: string, disables?: 'gone' | 'asked'): Verdict {
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
	const said = `${origin} answered ${status}${name === undefined ? '' : ` (${name})`}`;
	return `${said}. ${adviceFor(status)}`;
}

function adviceFor(status: number): string {
	if (status === 410) return 'The address is gone for good; the subscriber gets nothing more.';
	if (status === 401 || status === 403) {
		return 'Check the secret, the headers of the subscriber, and who may call the address.';
	}
	if (status === 404) return 'Correct the address of the subscriber.';
	if (status === 413) return 'The event is too large for the receiver: send less in it.';
	if (status === 429) return 'It wants fewer requests: give the subscriber a rate limit.';
	if (status >= 500) return 'The server of the receiver has a fault, or too much to do.';
	if (status >= 300 && status < 400) {
		return 'Redirects are not followed: give the subscriber the address that it redirects to.';
	}
	return 'The receiver does not accept the event; its answer may say why.';
}

function one(value: unknown): string | undefined {
	const first: unknown = Array.isArray(value) ? value[0] : value;
	return typeof first === 'string' ? first : undefined;
}
