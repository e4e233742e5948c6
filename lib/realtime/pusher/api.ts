import { isObject, tryJson } from '../../event/json';
import { pause } from '../../flow/pause';
import { HttpFault, type PooledAnswer, type PooledHttp } from '../../net/http';
import { spokenWords } from '../../net/spokenWords';
import { redactor, type Redact } from '../../net/redact';
import { retryAfterMs, untilFinal } from '../../net/retry';
import { isPresence } from './channel';
import { PusherError, type PusherErrorKind } from './failure';
import type { PusherSettings } from './settings';
import { signedQuery, type ApiRequest } from './requestSignature';

/** Requests of the HTTP API, below `/apps/<id>`. */
interface ApiCall extends Omit<ApiRequest, 'path'> {
	/** Such as `/events`. */
	readonly path: string;
	/** The purpose, for errors: `The server did not <what>`. */
	readonly what: string;
	/** Whether the server may have to ask its other nodes first. */
	readonly gathers?: boolean;
	/** Whether another call comes as soon as this one is answered. */
	readonly isFollowed?: boolean;
	/** Whether a 404 with an empty object is an answer: Reverb's for a channel that nobody is in. */
	readonly mayBeNobody?: boolean;
}

/** A call that was signed before its turn came. */
export interface SignedCall extends ApiCall {
	/** `at`: milliseconds since 1970. */
	readonly signed?: { readonly query: string; readonly withPrefix: boolean; readonly at: number };
}

/** A signature has the time in seconds: an attempt that comes later than that gets one of its own. */
const SIGNED_AHEAD_MS = 1_000;

/** What holds for all requests; times in milliseconds. */
interface ApiLimits {
	/** For one request. */
	readonly limitMs: number;
	/** For one with which the server asks its other nodes: Reverb behind Redis waits 10 s for them. */
	readonly gatherMs: number;
	/**
	 * Of what the server says in an error.
	 * @default the credential's secret is hidden
	 */
	readonly redact?: Redact;
}

/**
 * Waits before an attempt that surely changed nothing is made again: nobody accepted the connection,
 * or the server said that it is too much. Events are never sent again where they may have arrived.
 */
const RETRY_DELAYS_MS: readonly number[] = [250, 1_000, 3_000];
const LONGEST_DELAY_MS = 10_000;

/** The HTTP API of one app. */
export class PusherApi {
	private readonly redact: Redact;

	/** Whether the path in front belongs to what is signed; found out where it matters. */
	private signsPrefix: boolean;

	/**
	 * @param signal ends requests and waits at once
	 */
	constructor(
		private readonly settings: PusherSettings,
		private readonly http: PooledHttp,
		private readonly limits: ApiLimits,
		private readonly signal?: AbortSignal,
	) {
		this.redact = limits.redact ?? redactor([settings.secret]);
		// Reverb strips its path before it checks the signature, as a proxy would; soketi does not.
		this.signsPrefix = settings.server === 'soketi';
	}

	/** Signs a call whose turn comes in a moment, so that it leaves sooner then. */
	signAhead(call: ApiCall): SignedCall {
		const [withPrefix, at] = [this.signsPrefix, Date.now()];
		try {
			return { ...call, signed: { query: this.sign(call, withPrefix, at), withPrefix, at } };
		} catch {
			// Without MD5, as in Node.js with FIPS, the call itself fails when its turn comes.
			return call;
		}
	}

	/**
	 * Calls the API.
	 *
	 * @returns the answer's JSON
	 * @throws {PusherError} of which the kind says what happened
	 */
	async call(call: SignedCall): Promise<Record<string, unknown>> {
		const tried = await untilFinal({
			attempt: async () => await this.attempt(call, this.signsPrefix),
			delaysMs: RETRY_DELAYS_MS,
			waitAfter: retryDelay,
			sleep: async (milliseconds) => await pause(milliseconds, this.signal),
		});
		return await this.conclude(call, tried);
	}

	/** With a path in front, a refused signature may be one over the wrong path. */
	private async conclude(call: SignedCall, tried: Attempt): Promise<Record<string, unknown>> {
		if (this.settings.path === '' || kindOf(tried) !== 'unauthorised') {
			return this.read(tried, call);
		}
		const again = await this.attempt(call, !this.signsPrefix);
		if (kindOf(again) === 'unauthorised') return this.read(tried, call);
		this.signsPrefix = !this.signsPrefix;
		return this.read(again, call);
	}

	private read({ answer, told }: Attempt, call: ApiCall): Record<string, unknown> {
		if (call.mayBeNobody === true && isNobody(answer)) return {};
		if (told instanceof PusherError) throw told;
		return told;
	}

	private async attempt(call: SignedCall, signsPrefix: boolean): Promise<Attempt> {
		const { method, path, body, what, gathers, isFollowed } = call;
		const { limitMs, gatherMs } = this.limits;
		const answering = this.http.request({
			method,
			path: `${this.settings.path}${this.appPath(path)}?${this.signature(call, signsPrefix)}`,
			...(body === undefined ? {} : { headers: JSON_CONTENT, body }),
			limitMs: gathers === true ? gatherMs : limitMs,
			signal: this.signal,
			isFollowed,
		});
		try {
			const answer = await answering;
			return { answer, told: toldIn(() => readAnswer(answer, what, this.redact)) };
		} catch (fault) {
			return { answer: NO_ANSWER, told: unanswered(fault) };
		}
	}

	private signature(call: SignedCall, signsPrefix: boolean): string {
		const [now, { signed }] = [Date.now(), call];
		const isFresh = signed !== undefined && Math.abs(now - signed.at) < SIGNED_AHEAD_MS;
		if (isFresh && signed.withPrefix === signsPrefix) return signed.query;
		return this.sign(call, signsPrefix, now);
	}

	private sign({ method, path, body, query }: ApiCall, signsPrefix: boolean, now: number): string {
		const prefix = signsPrefix ? this.settings.path : '';
		const request = { method, body, query, path: prefix + this.appPath(path) };
		return signedQuery(this.settings, request, now);
	}

	private appPath(path: string): string {
		return `/apps/${this.settings.appId}${path}`;
	}
}

const JSON_CONTENT = { 'content-type': 'application/json' } as const;

interface Attempt {
	readonly answer: PooledAnswer;
	/** The answer's JSON, or why there is none. */
	readonly told: Record<string, unknown> | PusherError;
}

const NO_ANSWER: PooledAnswer = { statusCode: 0, headers: {}, body: '' };

function kindOf({ told }: Attempt): PusherErrorKind | undefined {
	return told instanceof PusherError ? told.kind : undefined;
}

/** Milliseconds to wait, or undefined where the attempt is final. */
function retryDelay(tried: Attempt, delayMs: number): number | undefined {
	const { answer, told } = tried;
	if (told instanceof RefusedConnection) return delayMs;
	if (kindOf(tried) !== 'tooMany') return undefined;
	const asked = retryAfterMs(answer.headers['retry-after']) ?? 0;
	return asked > LONGEST_DELAY_MS ? undefined : Math.max(delayMs, asked);
}

/** Nobody accepts connections: nothing was sent. */
class RefusedConnection extends PusherError {}

function unanswered(fault: unknown): PusherError {
	if (!(fault instanceof HttpFault)) {
		return new PusherError('unanswered', 'The request got no response', String(fault));
	}
	const { kind, message, description, mayHaveArrived } = fault;
	if (kind === 'cancelled') return new PusherError('cancelled', 'Sending was canceled', '');
	const Type = kind === 'refused' ? RefusedConnection : PusherError;
	return new Type(mayHaveArrived ? 'unanswered' : 'unreachable', message, description);
}

function toldIn(read: () => Record<string, unknown>): Record<string, unknown> | PusherError {
	try {
		return read();
	} catch (error) {
		return error instanceof PusherError
			? error
			: new PusherError('notPusher', 'The response could not be read', '');
	}
}

const KINDS: Readonly<Record<number, PusherErrorKind>> = {
	401: 'unauthorised',
	403: 'unauthorised',
	404: 'notFound',
	413: 'tooLarge',
	429: 'tooMany',
};

const ADVICE: Readonly<Record<number, string>> = {
	400: "Check 'Channels', 'Event' and 'Payload'.",
	401: "Check 'Key', 'Secret' and 'Path' in the credential, and the clock of n8n.",
	403: 'The app is disabled, over its quota, or not allowed to do this. Check the app on the server.',
	404: "The app or path does not exist. Check 'App ID', 'Host' or 'Cluster', and 'Path' in the credential.",
	413: "Send less data, for example one field with 'Payload', or raise the limit on the server (Reverb: max_request_size).",
	422: 'The server did not accept the event. Check the type of server in the credential.',
	429: 'The server limits the number of events. Send fewer at once, or raise its limit.',
};

/**
 * The JSON of an answer. soketi tells errors with status 200, so the body is read in any case.
 *
 * @param what the purpose, for the error: `The server did not <what>`
 * @throws {PusherError} where it is a refusal, or not from a Pusher server
 */
export function readAnswer(
	{ statusCode, headers, body }: PooledAnswer,
	what: string,
	redact: Redact,
): Record<string, unknown> {
	const json = tryJson(body);
	const inBody = errorIn(json);
	const status = statusCode >= 200 && statusCode < 300 ? inBody : (inBody ?? statusCode);
	if (status !== undefined) {
		const words = redact(spokenWords(body, ['error', 'message']));
		throw new PusherError(
			KINDS[status] ?? (status >= 500 ? 'broken' : 'refused'),
			`The server did not ${what}: it responded with ${status}${words === '' ? '' : ` (${words})`}`,
			ADVICE[status] ?? advice(status, headers.location, redact),
		);
	}
	// AnyCable may say nothing, which is fine.
	if (body.trim() === '') return {};
	if (isObject(json)) return json;
	throw new PusherError(
		'notPusher',
		`The server did not ${what}: it responded with ${statusCode} and something other than a JSON object`,
		"The response is not from a Pusher server. Check 'Host', 'Port' and 'Path' in the credential.",
	);
}

/** Whether the server says of a channel that nobody is in it. An unknown app or path is told in words. */
function isNobody({ statusCode, body }: PooledAnswer): boolean {
	if (statusCode !== 404) return false;
	const json = tryJson(body);
	return (isObject(json) && Object.keys(json).length === 0) || body.trim() === '[]';
}

/** The status that a body tells, whatever the HTTP status says. */
function errorIn(json: unknown): number | undefined {
	if (!isObject(json)) return undefined;
	const { error, code } = json;
	const status = typeof code === 'number' && code >= 400 && code < 600 ? code : undefined;
	if (status !== undefined) return status;
	return error === undefined || error === null || error === false ? undefined : 400;
}

function advice(status: number, location: unknown, redact: Redact): string {
	if (status >= 300 && status < 400) {
		const target = typeof location === 'string' ? redact(location.replace(/[?#].*$/, '')) : '';
		return `It redirects to ${target || 'another address'}. Enter the final URL in the credential.`;
	}
	return status >= 500
		? 'The server has a problem of its own. The event may or may not have been sent.'
		: 'Check the credential and what is sent.';
}

/** What a server tells of a channel; the names of its counts are the protocol's, in camel case. */
interface ChannelInfo extends Record<string, unknown> {
	readonly channel: string;
}

/**
 * Channels that somebody is subscribed to.
 *
 * @param prefix of their names, empty for all
 * @param info attributes to ask for, such as `user_count`
 */
export async function readOccupied(
	api: PusherApi,
	prefix: string,
	info: readonly string[],
): Promise<ChannelInfo[]> {
	const query = {
		...(prefix === '' ? {} : { filter_by_prefix: prefix }),
		...(info.length === 0 ? {} : { info: info.join(',') }),
	};
	const what = 'list its channels';
	const path = '/channels';
	const { channels } = await api.call({ method: 'GET', path, query, what, gathers: true });
	// PHP writes an empty map as an empty list.
	return Object.entries((channels ?? {}) as Record<string, unknown>).map(([channel, attributes]) =>
		describe(channel, attributes),
	);
}

/**
 * One channel; also told where nobody is subscribed. Of such a one Reverb tells no counts, or nothing
 * at all: then what was asked for is 0.
 */
export async function readChannel(
	api: PusherApi,
	channel: string,
	info: readonly string[],
): Promise<ChannelInfo> {
	const query: Record<string, string> = info.length === 0 ? {} : { info: info.join(',') };
	const what = `describe the channel ${channel}`;
	const path = `/channels/${channel}`;
	const answer = await api.call({ method: 'GET', path, query, what, gathers: true });
	const isUntold = Object.keys(answer).length === 0;
	if (!isUntold && answer.occupied !== false) return describe(channel, answer);
	const nobody = info.filter((name) => (name === 'user_count') === isPresence(channel));
	const counts = Object.fromEntries(nobody.map((name) => [name, 0]));
	return describe(channel, { occupied: false, ...counts, ...answer });
}

/** Members of a presence channel; none where nobody is in it. */
export async function readUsers(
	api: PusherApi,
	channel: string,
): Promise<Array<{ id: string } & Record<string, unknown>>> {
	const what = `list the members of ${channel}`;
	const path = `/channels/${channel}/users`;
	const mayBeNobody = true;
	const { users } = await api.call({ method: 'GET', path, what, gathers: true, mayBeNobody });
	// Of nodes behind Redis, Reverb leaves out who is at several, which makes PHP write the list as an object.
	const list: object = typeof users === 'object' && users !== null ? users : [];
	return Object.values(list).map((user: unknown) => {
		const fields = (typeof user === 'object' && user !== null ? user : { id: user }) as object;
		return { ...fields, id: String((fields as { id?: unknown }).id ?? ''), channel };
	});
}

function describe(channel: string, attributes: unknown): ChannelInfo {
	const fields = Object.entries((attributes ?? {}) as Record<string, unknown>).map(
		([name, value]) => [name.replace(/_([a-z])/g, (_, c: string) => c.toUpperCase()), value],
	);
	return { channel, ...(Object.fromEntries(fields) as Record<string, unknown>) };
}
