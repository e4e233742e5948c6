import type { Outcome } from './outcome';

/** An HTTP answer with a JSON body. */
export interface Answer {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: Readonly<Record<string, unknown>>;
}

/**
 * Says an outcome in HTTP, the same for every trigger whose provider does not ask for another. A provider that treats a status as final
 * never gets that status for something that may pass: what cannot be decided now is 503.
 */
export function answerFor(outcome: Outcome): Answer {
	switch (outcome.kind) {
		case 'accepted':
			return answer(200, { received: true, id: outcome.event.id });
		case 'duplicate':
			return answer(200, { duplicate: true, id: outcome.event.id });
		case 'ignored':
			return answer(200, { ignored: true });
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
