import { Failure } from '../../net/failure';
import { HttpFault, type PooledAnswer, type PooledHttp } from '../../net/http';
import { JsonElements } from '../../net/jsonElements';
import { isPassing, retryAfterMs, untilFinal } from '../../net/retry';
import { spokenWords } from '../../net/spokenWords';

/** One call of n8n's public API. */
export interface N8nApiRequest {
	readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
	/** Below `/api/v1`, such as `/executions`. */
	readonly path: string;
	/** Undefined values are left out. */
	readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
	/** Sent as JSON. */
	readonly body?: unknown;
	/** What the call is for, for the error: "n8n could not <what>". */
	readonly what: string;
	/** Gives the call up at once. */
	readonly signal?: AbortSignal;
	/**
	 * Makes of each object in the answer's lists what is kept of it, as soon as that object has come
	 * in. A long answer is then never in memory as a whole.
	 */
	readonly keep?: (element: unknown) => unknown;
	/**
	 * Whether a 500 may be about what is asked for, which no later time changes: such a read is tried
	 * once more at most. @default tried again like every read
	 */
	readonly on500?: 'once' | 'never';
	/** Told the length of the answer's body, in bytes. */
	readonly onLength?: (bytes: number) => void;
}

/** Why a call of n8n's API failed. The words are safe to show: the key is not in them. */
export class N8nApiError extends Failure {
	override readonly name = 'N8nApiError';

	constructor(
		message: string,
		/** What to do. */
		readonly description: string,
		/** HTTP status of the answer; undefined where there was none. */
		readonly status?: number,
		/** n8n's own words, empty where it said nothing. */
		readonly words = '',
		/** Without an answer: whether n8n may have got the call, and may be acting on it still. */
		readonly mayHaveArrived = false,
	) {
		super(message);
	}
}

/** Milliseconds for one answer: a page of 250 large executions takes a slow database seconds. */
const LIMIT_MS = 60_000;

/** Waits before a read that failed in passing is tried again: n8n starts again in 5 to 13 seconds. */
const RETRY_DELAYS_MS = [500, 2_000, 5_000, 10_000];

/** A read that n8n asks to come later for waits so long at most. */
const LONGEST_DELAY_MS = 30_000;

/**
 * An n8n that starts goes on with executions that were due meanwhile before its API is there: it
 * answers `n8n is starting up. Please wait`, then 404 in Express' own words (n8n 2.41.1).
 */
const STARTING = /^n8n is starting up|<pre>Cannot GET \//;

/** Milliseconds for which such a read is tried again, and between two tries. */
const STARTING_LIMIT_MS = 120_000;
const STARTING_STEP_MS = 2_000;

/** Seconds after the start of this process after which a 404 in Express' words is a wrong address. */
const LONGEST_START_S = 300;

const ADVICE: Readonly<Record<number, string>> = {
	401: "n8n does not accept the API key. Create one in n8n under Settings > n8n API and enter it in 'API Key' of the n8n API credential.",
	403: 'The API key is not allowed to do this. Create a key with the scopes listed in the documentation of the n8n API credential, for a user who can see the project.',
	404: "Check 'Base URL' in the n8n API credential, and that everything the node refers to still exists.",
	413: 'Request less data at once.',
	429: 'n8n limits its API calls. Try again later, or request less data.',
};

/** n8n's public API (https://docs.n8n.io/api/), with one key. */
export class N8nApi {
	/** @param prefix path of the API at the server, such as `/api/v1` */
	constructor(
		private readonly http: PooledHttp,
		private readonly prefix: string,
		private readonly apiKey: string,
		private readonly pause: (ms: number, signal?: AbortSignal) => Promise<void>,
		/** Seconds since the start of this process, for tests. */
		private readonly uptime: () => number = () => process.uptime(),
	) {}

	/**
	 * Calls the API. Reads are tried again where they fail in passing (no answer, 429, 5xx), and for as
	 * long as n8n is starting.
	 *
	 * @returns the answer's body, parsed; undefined where it has none
	 * @throws {N8nApiError} for an answer that is not 2xx, or none
	 * @throws {HttpFault} where a read failed with what no later one would pass
	 */
	async call(request: N8nApiRequest): Promise<unknown> {
		const isRead = request.method === 'GET';
		let left500 = request.on500 === 'never' ? 0 : request.on500 === 'once' ? 1 : Infinity;
		const last = await untilFinal({
			attempt: async () => await this.attemptOnceUp(request).catch(asFault),
			delaysMs: isRead ? RETRY_DELAYS_MS : [],
			waitAfter: (tried, delayMs) => {
				if (tried instanceof HttpFault) return PASSING.has(tried.kind) ? delayMs : undefined;
				if (!isPassing(tried.statusCode)) return undefined;
				if (tried.statusCode === 500) {
					if (left500 === 0) return undefined;
					left500 -= 1;
				}
				const asked = retryAfterMs(tried.headers['retry-after']);
				return Math.min(asked ?? delayMs, LONGEST_DELAY_MS);
			},
			sleep: async (milliseconds) => await this.pause(milliseconds, request.signal),
		});
		if (!(last instanceof HttpFault)) return this.read(request, last);
		throw isRead && !PASSING.has(last.kind) ? last : unanswered(request.what, last);
	}

	/** One attempt, as soon as n8n has started. */
	private async attemptOnceUp(request: N8nApiRequest): Promise<N8nAnswer> {
		for (let waitedMs = 0; ; waitedMs += STARTING_STEP_MS) {
			const answer = await this.attempt(request);
			const isUp = request.method !== 'GET' || !this.isStarting(answer);
			if (isUp || waitedMs >= STARTING_LIMIT_MS) return answer;
			await this.pause(STARTING_STEP_MS, request.signal);
		}
	}

	private isStarting({ statusCode, body, elements }: N8nAnswer): boolean {
		if (statusCode !== 404 && statusCode !== 200) return false;
		if (statusCode === 404 && this.uptime() > LONGEST_START_S) return false;
		return STARTING.test(elements === undefined ? body : elements.head);
	}

	private async attempt({
		method,
		path,
		query,
		body,
		keep,
		signal,
	}: N8nApiRequest): Promise<N8nAnswer> {
		const elements = keep === undefined ? undefined : new JsonElements(keep);
		const answer = await this.http.request({
			method,
			path: `${this.prefix}${path}${queryText(query)}`,
			headers: {
				'x-n8n-api-key': this.apiKey,
				accept: 'application/json',
				...(body === undefined ? {} : { 'content-type': 'application/json' }),
			},
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
			limitMs: LIMIT_MS,
			signal,
			openBody: (status) =>
				elements === undefined || !isSuccess(status) ? undefined : (part) => elements.push(part),
		});
		return isSuccess(answer.statusCode) ? { ...answer, elements } : answer;
	}

	private read({ what, onLength }: N8nApiRequest, answer: N8nAnswer): unknown {
		const { statusCode } = answer;
		const parsed = parse(answer);
		onLength?.(answer.elements?.length ?? Buffer.byteLength(answer.body));
		if (isSuccess(statusCode) && parsed !== NOT_JSON) return parsed;
		if (parsed === NOT_JSON || (statusCode >= 300 && statusCode < 400)) {
			throw new N8nApiError(
				`n8n could not ${what}: the response with ${statusCode} from ${this.http.origin}${this.prefix} is not from n8n's public API`,
				"Enter the URL of n8n, such as http://127.0.0.1:5678, in 'Base URL' of the n8n API credential, and check that the public API is enabled.",
				statusCode,
			);
		}
		const words = spokenWords(answer.body, ['message']);
		throw new N8nApiError(
			`n8n could not ${what}: it responded with ${statusCode}${words === '' ? '' : ` (${words})`}`,
			ADVICE[statusCode] ?? 'Try again later, and check the n8n log.',
			statusCode,
			words,
		);
	}
}

interface N8nAnswer extends PooledAnswer {
	/** What has taken the body of a success. */
	readonly elements?: JsonElements;
}

function isSuccess(status: number): boolean {
	return status >= 200 && status < 300;
}

/** Faults that a later read may not meet. */
const PASSING: ReadonlySet<string> = new Set(['refused', 'lost', 'timeout']);

/** @throws what is none */
function asFault(error: unknown): HttpFault {
	if (error instanceof HttpFault) return error;
	throw error;
}

function unanswered(
	what: string,
	{ message, description, mayHaveArrived }: HttpFault,
): N8nApiError {
	return new N8nApiError(
		`n8n could not ${what}: ${message}`,
		`${description} Check 'Base URL' in the n8n API credential.`,
		undefined,
		'',
		mayHaveArrived,
	);
}

const NOT_JSON = Symbol('not JSON');

function parse({ body, elements }: N8nAnswer): unknown {
	try {
		if (elements !== undefined) return elements.end();
		return body === '' ? undefined : JSON.parse(body);
	} catch {
		return NOT_JSON;
	}
}

function queryText(query: N8nApiRequest['query']): string {
	const parts = Object.entries(query ?? {}).flatMap(([name, value]) =>
		value === undefined ? [] : [`${name}=${percentEncoded(String(value))}`],
	);
	return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

/** n8n refuses any reserved character of RFC 3986 in a value, also `+` for a blank, `*` and `'`. */
function percentEncoded(text: string): string {
	return encodeURIComponent(text).replace(
		/[!'()*]/g,
		(character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
	);
}

/**
 * Splits what a user wrote as the address of an n8n into its origin and the path of its public API.
 * `/api/v1` at the end may be given or left out; n8n may live below a path.
 *
 * @returns undefined where it is no http(s) address
 */
export function readN8nAddress(baseUrl: unknown): { origin: string; prefix: string } | undefined {
	const text = typeof baseUrl === 'string' ? baseUrl.trim() : '';
	if (!URL.canParse(text)) return undefined;
	const { protocol, origin, pathname } = new URL(text);
	if (protocol !== 'http:' && protocol !== 'https:') return undefined;
	const path = pathname.replace(/\/+$/, '').replace(/\/api\/v1$/, '');
	return { origin, prefix: `${path}/api/v1` };
}
