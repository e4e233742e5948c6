import type { LookupFunction } from 'node:net';
import { errors, Pool, type Dispatcher } from 'undici';
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
		const { method, path, headers, body, limitMs, signal, openBody } = request;
		const ending = new AbortController();
		const late = { code: 'ETIMEDOUT' };
		const timer = setTimeout(() => ending.abort(late), limitMs);
		const cancel = () => ending.abort();
		if (signal?.aborted === true) cancel();
		signal?.addEventListener('abort', cancel, { once: true });
		try {
			const { origin } = this;
			const options = { origin, method, path, headers, body, signal: ending.signal };
			const answer = await this.connections().request(options);
			return {
				statusCode: answer.statusCode,
				headers: answer.headers,
				body: await this.readBody(answer.body, method, openBody?.(answer.statusCode)),
			};
		} catch (error) {
			if (signal?.aborted === true) throw cancelled(method);
			throw this.fault(ending.signal.aborted ? late : error, method, limitMs);
		} finally {
			clearTimeout(timer);
			signal?.removeEventListener('abort', cancel);
		}
	}

	/** Closes at once; requests under way fail. */
	close(): void {
		this.closed = true;
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
		return new Pool(origin, { ...limits, connect: { lookup, timeout: connectLimitMs } });
	}

	private async readBody(
		stream: AsyncIterable<Uint8Array>,
		method: string,
		onPart?: (part: Buffer) => void,
	): Promise<string> {
		const parts: Buffer[] = [];
		const take = onPart ?? ((part: Buffer) => void parts.push(part));
		let bytes = 0;
		for await (const chunk of stream) {
			const part = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
			bytes += part.length;
			if (bytes > this.longestAnswerBytes) {
				throw new HttpFault(
					'tooLong',
					`${this.origin} answered with more than ${this.longestAnswerBytes} bytes`,
					'Check the address, or ask for less.',
					method !== 'GET',
				);
			}
			take(part);
		}
		return Buffer.concat(parts).toString('utf8');
	}

	private fault(error: unknown, method: string, limitMs: number): HttpFault {
		if (error instanceof HttpFault) return error;
		const { kind, message, description } = networkFault(error, this.origin);
		const arrived = method !== 'GET' && (kind === 'timeout' || kind === 'lost');
		const words =
			kind === 'timeout' && isLimit(error)
				? `${this.origin} did not answer within ${limitMs / 1000} seconds`
				: message;
		const unsure = arrived ? ' The server may or may not have acted on the request.' : '';
		return new HttpFault(kind, words, description + unsure, arrived);
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
	return new HttpFault('cancelled', 'The request was cancelled', '', method !== 'GET');
}

function isLimit(error: unknown): boolean {
	return (error as { code?: unknown }).code === 'ETIMEDOUT' && !(error instanceof Error);
}
