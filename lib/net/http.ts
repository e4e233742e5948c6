import type { LookupFunction } from 'node:net';
import { errors, Pool, type Dispatcher } from 'undici';
import { ConnectAhead } from './connectAhead';
import { ConnectionPool } from './pool';
import { Failure } from './failure';
import { networkFault, type NetworkFaultKind } from './fault';
import { httpProxy, proxyOf } from './proxy';

export interface PooledHttpOptions {
	/**
	 * Resolves the host name instead of Node's own lookup, to enforce a network policy; with a proxy,
	 * that does it.
	 */
	readonly lookup?: LookupFunction;
	/** Open at the same time at most. */
	readonly connections: number;
	/** Milliseconds for TCP and TLS; with a proxy, for each step. */
	readonly connectLimitMs: number;
	/**
	 * An answer that is longer is given up.
	 * @default 16 MiB
	 */
	readonly longestAnswerBytes?: number;
}

/** A request to the pool's server. */
export interface PooledRequest {
	readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
	/** With its query, encoded. */
	readonly path: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string;
	/** Milliseconds until the answer is there as a whole, the wait for a connection included. */
	readonly limitMs: number;
	/** Gives the request up at once. */
	readonly signal?: AbortSignal;
	/**
	 * Another request comes as soon as this one has its answer: where the server closes each connection, the
	 * next one is opened meanwhile.
	 * @default false
	 */
	readonly isFollowed?: boolean;
	/**
	 * Takes the answer's body as it comes in; the answer's own is then empty.
	 *
	 * @returns what takes each part, or undefined for a body as text
	 */
	readonly openBody?: (statusCode: number) => ((part: Buffer) => void) | undefined;
}

/** An answer of any status; redirects are not followed. */
export interface PooledAnswer {
	readonly statusCode: number;
	/** Names in lower case. */
	readonly headers: Readonly<Record<string, unknown>>;
	readonly body: string;
}

const LONGEST_ANSWER_BYTES = 16 * 1024 * 1024;

/** A request that got no answer. Its words are safe to show. */
export class HttpFault extends Failure {
	override readonly name = 'HttpFault';

	constructor(
		readonly kind: NetworkFaultKind | 'cancelled' | 'tooLong',
		message: string,
		readonly description: string,
		/** Whether the server may have got the request: then it may have acted on it. */
		readonly mayHaveArrived: boolean,
	) {
		super(message);
	}
}

/** Requests to one server over a few connections that are kept open, directly or by n8n's proxy. */
export class PooledHttp {
	private pool: Dispatcher | undefined;

	/** Undefined behind a proxy, which has connections of its own. */
	private ahead: ConnectAhead | undefined;

	/** Whether the server's last answer was the last one on its connection. */
	private closesEach = false;

	private closed = false;

	private readonly longestAnswerBytes: number;

	/** @param origin `http(s)://host[:port]` */
	constructor(
		readonly origin: string,
		private readonly options: PooledHttpOptions,
	) {
		this.longestAnswerBytes = options.longestAnswerBytes ?? LONGEST_ANSWER_BYTES;
	}

	/** False when it was closed; then it takes no request any more. */
	get isOpen(): boolean {
		return !this.closed;
	}

	/** @throws {HttpFault} where there is no answer within the limit */
	async request(request: PooledRequest): Promise<PooledAnswer> {
		const { method, limitMs, signal, isFollowed } = request;
		try {
			const answer = await new Promise<PooledAnswer>((resolve, reject) => {
				const exchange = new Exchange(request, this.longestAnswerBytes, resolve, reject);
				if (isFollowed === true && this.closesEach) exchange.onSent = () => this.ahead?.openAhead();
				exchange.start(this.connections(), this.origin);
			});
			this.closesEach = /\bclose\b/i.test(String(answer.headers.connection));
			return answer;
		} catch (error) {
			if (signal?.aborted === true) throw cancelled(method);
			throw this.fault(error, method, limitMs);
		}
	}

	/** Closes at once; requests under way fail. */
	close(): void {
		this.closed = true;
		this.ahead?.close();
		void this.pool?.destroy().catch(() => undefined);
	}

	/** Opened with the first request, which is what a proxy that cannot be used fails. */
	private connections(): Dispatcher {
		if (this.closed) throw new errors.ClientDestroyedError();
		this.pool ??= this.open();
		return this.pool;
	}

	private open(): Dispatcher {
		const { origin } = this;
		const { lookup, connections, connectLimitMs } = this.options;
		// The request's own limit holds instead.
		const limits = { connections, headersTimeout: 0, bodyTimeout: 0 };
		const proxy = proxyOf(origin);
		if (proxy !== undefined) return httpProxy(proxy, { ...limits, connectLimitMs });
		this.ahead = new ConnectAhead({ lookup, timeout: connectLimitMs });
		return new Pool(origin, { ...limits, connect: this.ahead.connect });
	}

	private fault(error: unknown, method: string, limitMs: number): HttpFault {
		if (error instanceof TooLong) {
			return new HttpFault(
				'tooLong',
				`${this.origin} sent more than ${this.longestAnswerBytes} bytes`,
				'Check the URL, or request less data.',
				method !== 'GET',
			);
		}
		const { kind, message, description } = networkFault(error, this.origin);
		const arrived = method !== 'GET' && (kind === 'timeout' || kind === 'lost');
		const words =
			kind === 'timeout' && isLimit(error)
				? `${this.origin} did not respond within ${limitMs / 1000} seconds`
				: message;
		const unsure = arrived ? ' The server may or may not have acted on the request.' : '';
		return new HttpFault(kind, words, description + unsure, arrived);
	}
}

/** The answer is longer than is taken. */
class TooLong extends Error {}

/** The request's own limit, in the words of Node's. */
const LATE = { code: 'ETIMEDOUT' };

/**
 * One request and its answer. A handler of undici's own instead of `request()`: no stream and no signal
 * for each of thousands.
 */
class Exchange implements Dispatcher.DispatchHandler {
	private controller: Dispatcher.DispatchController | undefined;

	private readonly timer: NodeJS.Timeout;

	private head: Omit<PooledAnswer, 'body'> | undefined;

	private readonly parts: Buffer[] = [];

	private take = (part: Buffer): void => void this.parts.push(part);

	private bytes = 0;

	private ended = false;

	/** Called when the request is on its way. */
	onSent: (() => void) | undefined;

	/**
	 * @param answered is called, or `failed`, once
	 * @param failed is given undici's error, {@link LATE}, or {@link TooLong}
	 */
	constructor(
		private readonly request: PooledRequest,
		private readonly longestAnswerBytes: number,
		private readonly answered: (answer: PooledAnswer) => void,
		private readonly failed: (error: unknown) => void,
	) {
		this.timer = setTimeout(() => this.fail(LATE), request.limitMs);
	}

	start(dispatcher: Dispatcher, origin: string): void {
		const { method, path, headers, body, signal } = this.request;
		signal?.addEventListener('abort', this.cancel, { once: true });
		if (signal?.aborted === true) return this.cancel();
		try {
			dispatcher.dispatch({ origin, method, path, headers, body }, this);
		} catch (error) {
			this.fail(error);
		}
	}

	onRequestStart(controller: Dispatcher.DispatchController): void {
		this.controller = controller;
		if (this.ended) return this.drop();
		// undici tells it just before it writes the request.
		if (this.onSent !== undefined) queueMicrotask(this.onSent);
	}

	onResponseStart(
		_controller: Dispatcher.DispatchController,
		statusCode: number,
		headers: PooledAnswer['headers'],
	): void {
		// 1xx comes before the answer.
		if (statusCode < 200) return;
		this.head = { statusCode, headers };
		this.take = this.request.openBody?.(statusCode) ?? this.take;
	}

	onResponseData(_controller: Dispatcher.DispatchController, part: Buffer): void {
		if (this.ended) return;
		this.bytes += part.length;
		if (this.bytes > this.longestAnswerBytes) this.fail(new TooLong());
		else this.take(part);
	}

	onResponseEnd(): void {
		const { head, parts } = this;
		if (head === undefined || !this.finish()) return;
		this.answered({ ...head, body: Buffer.concat(parts).toString('utf8') });
	}

	onResponseError(_controller: unknown, error: unknown): void {
		this.fail(error);
	}

	private readonly cancel = (): void => this.fail(this.request.signal?.reason);

	private fail(error: unknown): void {
		if (!this.finish()) return;
		this.failed(error);
		this.drop();
	}

	/** @returns false where it was over before */
	private finish(): boolean {
		if (this.ended) return false;
		this.ended = true;
		clearTimeout(this.timer);
		this.request.signal?.removeEventListener('abort', this.cancel);
		return true;
	}

	/** Closes the connection, on which the rest of an answer may still come. */
	private drop(): void {
		this.controller?.abort(new Error('the request was given up'));
	}
}

/**
 * Open pools of this n8n process, closed when they are idle. The key has to hold everything that
 * makes them differ: `connectionKey([origin, settings])`.
 */
export const httpPools = new ConnectionPool<PooledHttp>({
	isUsable: (pool) => pool.isOpen,
	close: (pool) => pool.close(),
});

function cancelled(method: string): HttpFault {
	return new HttpFault('cancelled', 'The request was canceled', '', method !== 'GET');
}

function isLimit(error: unknown): boolean {
	return (error as { code?: unknown }).code === 'ETIMEDOUT' && !(error instanceof Error);
}
