import type { IncomingMessage, ServerResponse } from 'node:http';
import { isOwnHost, isSameSite } from './access.mts';
import { askForReplay, N8nProblem } from './n8n.mts';

/** A password has no more characters, and a number of an execution neither. */
const MOST_BYTES = 4_096;
/** After so many wrong passwords within a minute, nobody may try one until the minute is over. */
const MOST_WRONG = 5;
const MINUTE_MS = 60_000;

/**
 * Answers `POST /replay` with `{executionId, password}`. The password goes to n8n, which knows whether
 * it is right; the hub keeps none.
 *
 * @param address the workflow that replays; undefined: there is none
 * @param publicHosts names under which a proxy serves the page
 */
export function replayHandler(
	address: () => string | undefined,
	publicHosts: readonly string[],
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
	let wrong: number[] = [];

	return async (request, response) => {
		const answer = (status: number, body: object) => {
			response.writeHead(status, {
				'content-type': 'application/json',
				'cache-control': 'no-store',
			});
			response.end(JSON.stringify(body));
		};
		const url = address();
		if (url === undefined) return answer(404, { error: 'This hub does not offer replays.' });
		// Another site's page can send a request, but not this content type without being asked first.
		const isJson = request.headers['content-type']?.startsWith('application/json') === true;
		if (!isSameSite(request.headers) || !isOwnHost(request.headers, publicHosts) || !isJson) {
			return answer(403, { error: 'Only this page can request a replay.' });
		}
		wrong = wrong.filter((time) => Date.now() - time < MINUTE_MS);
		if (wrong.length >= MOST_WRONG) {
			return answer(429, { error: 'Too many wrong passwords. Wait a minute, then try again.' });
		}
		const asked = await read(request);
		if (asked === undefined) return answer(400, { error: 'The request contains no execution ID.' });
		try {
			answer(200, await askForReplay(url, asked.password, asked.executionId));
		} catch (error) {
			if (!(error instanceof N8nProblem)) throw error;
			if (error.wrongPassword) wrong.push(Date.now());
			answer(error.wrongPassword ? 401 : 502, { error: error.message });
		}
	};
}

/** Undefined where it is not what the page sends. */
async function read(
	request: IncomingMessage,
): Promise<{ executionId: string; password: string } | undefined> {
	let body = '';
	for await (const chunk of request) {
		body += String(chunk);
		if (body.length > MOST_BYTES) return undefined;
	}
	try {
		const { executionId, password } = JSON.parse(body) as Record<string, unknown>;
		if (typeof executionId !== 'string' || typeof password !== 'string') return undefined;
		return /^[1-9]\d{0,18}$/.test(executionId) ? { executionId, password } : undefined;
	} catch {
		return undefined;
	}
}
