import type { Verdict } from './verdict';

/** Verdicts on deliveries that this run does not send, or no further. */

export const CANCELLED: Verdict = unsent(
	'cancelled',
	'The execution was cancelled before there was an answer. Send the delivery again: it keeps its webhook-id.',
);

export function circuitOpen(origin: string): Verdict {
	return unsent(
		'circuit_open',
		`Not sent: ${origin} failed too often in a row in this run. See what its other deliveries failed with.`,
	);
}

/** @param waitMs until its turn */
export function rateLimited(perSecond: number, waitMs: number): Verdict {
	return {
		...unsent(
			'rate_limited',
			`Not sent yet: the subscriber takes ${perSecond} deliveries a second, and the others came first.`,
		),
		retryAfterMs: Math.ceil(waitMs),
	};
}

/** @param waitMs until the time that the receiver named */
export function askedToWait(origin: string, waitMs: number): Verdict {
	return {
		...unsent(
			'asked_to_wait',
			`Not sent: ${origin} answered another delivery of this run that it wants no more for now (Retry-After).`,
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
		message: `Not sent: ${origin} said in its answer to another delivery of this run that it wants nothing more.`,
	};
}

function unsent(reason: string, message: string): Verdict {
	return {
		delivered: false,
		reason,
		message,
		retry: 'bySchedule',
		slowsDown: false,
		blamesHost: false,
	};
}
