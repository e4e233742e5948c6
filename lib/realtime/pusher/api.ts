import { setTimeout as sleep } from 'node:timers/promises';
import { redactor, type Redact } from '../../net/redact';
import { HttpFault, type PooledAnswer, type PooledHttp } from '../../net/http';
import { retryAfterMs } from '../../net/sendWithRetry';
import { isNobody, readAnswer } from './answer';
import { PusherError, type PusherErrorKind } from './error';
import type { PusherSettings } from './settings';
import { signedQuery, type ApiRequest } from './sign';

/** Requests of the HTTP API, below `/apps/<id>`. */
export interface ApiCall extends Omit<ApiRequest, 'path'> {
	/** Such as `/events`. */
	readonly path: string;
	/** The purpose, for errors: `The server did not <what>`. */
	readonly what: string;
	/** Whether the server may have to ask its other nodes first. */
	readonly gathers?: boolean;
	/** Whether a 404 with an empty object is an answer: Reverb's for a channel that nobody is in. */
	readonly mayBeNobody?: boolean;
}

/** Milliseconds for one request. */
export interface ApiLimits {
	readonly limitMs: number;
	/** For one with which the server asks its other nodes: Reverb behind Redis waits 10 s for them. */
	readonly gatherMs: number;
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
		this.redact = redactor([settings.secret]);
		// Reverb strips its path before it checks the signature, as a proxy would; soketi does not.
		this.signsPrefix = settings.server === 'soketi';
	}

	/**
	 * Calls the API.
	 *
	 * @returns the answer's JSON
	 * @throws {PusherError} of which the kind says what happened
	 */
	async call(call: ApiCall): Promise<Record<string, unknown>> {
		for (const delayMs of RETRY_DELAYS_MS) {
			const tried = await this.attempt(call, this.signsPrefix);
			const wait = retryDelay(tried, delayMs);
			if (wait === undefined) return await this.conclude(call, tried);
			await this.wait(wait);
		}
		return this.read(await this.attempt(call, this.signsPrefix), call);
	}

	/** With a path in front, a refused signature may be one over the wrong path. */
	private async conclude(call: ApiCall, tried: Attempt): Promise<Record<string, unknown>> {
		if (this.settings.path === '' || kindOf(tried) !== 'unauthorised') {
			return this.read(tried, call);
		}
		const again = await this.attempt(call, !this.signsPrefix);
		if (kindOf(again) === 'unauthorised') return this.read(tried, call);
		this.signsPrefix = !this.signsPrefix;
		return this.read(again, call);
	}

	private read({ answer, error }: Attempt, call: ApiCall): Record<string, unknown> {
		if (call.mayBeNobody === true && isNobody(answer)) return {};
		if (error !== undefined) throw error;
		return readAnswer(answer, call.what, this.redact);
	}

	private async attempt(call: ApiCall, signsPrefix: boolean): Promise<Attempt> {
		const { method, body, query, what, gathers } = call;
		const { limitMs, gatherMs } = this.limits;
		const { path: prefix, appId } = this.settings;
		const path = `/apps/${appId}${call.path}`;
		const signed = { method, body, query, path: signsPrefix ? prefix + path : path };
		const answering = this.http.request({
			method,
			path: `${prefix}${path}?${signedQuery(this.settings, signed, Date.now())}`,
			...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body }),
			limitMs: gathers === true ? gatherMs : limitMs,
			signal: this.signal,
		});
		try {
			const answer = await answering;
			const error = errorOf(() => readAnswer(answer, what, this.redact));
			return { answer, error };
		} catch (fault) {
			return { answer: NO_ANSWER, error: unanswered(fault) };
		}
	}

	private async wait(milliseconds: number): Promise<void> {
		await sleep(milliseconds, undefined, { signal: this.signal }).catch(() => undefined);
	}
}

interface Attempt {
	readonly answer: PooledAnswer;
	readonly error: PusherError | undefined;
}

const NO_ANSWER: PooledAnswer = { statusCode: 0, headers: {}, body: '' };

function kindOf({ error }: Attempt): PusherErrorKind | undefined {
	return error?.kind;
}

/** Milliseconds to wait, or undefined where the attempt is final. */
function retryDelay({ answer, error }: Attempt, delayMs: number): number | undefined {
	if (error instanceof RefusedConnection) return delayMs;
	if (error?.kind !== 'tooMany') return undefined;
	const asked = retryAfterMs(answer.headers['retry-after']) ?? 0;
	return asked > LONGEST_DELAY_MS ? undefined : Math.max(delayMs, asked);
}

/** Nobody accepts connections: nothing was sent. */
class RefusedConnection extends PusherError {}

function unanswered(fault: unknown): PusherError {
	if (!(fault instanceof HttpFault)) {
		return new PusherError('unanswered', 'The request was not answered', String(fault));
	}
	const { kind, message, description, mayHaveArrived } = fault;
	if (kind === 'cancelled') return new PusherError('cancelled', 'Sending was cancelled', '');
	const Type = kind === 'refused' ? RefusedConnection : PusherError;
	return new Type(mayHaveArrived ? 'unanswered' : 'unreachable', message, description);
}

function errorOf(read: () => unknown): PusherError | undefined {
	try {
		read();
		return undefined;
	} catch (error) {
		return error instanceof PusherError
			? error
			: new PusherError('notPusher', 'The answer could not be read', '');
	}
}
