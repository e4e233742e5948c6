import { Agent, buildConnector, Dispatcher } from 'undici';
import { AddressRefusedError, type AddressGuard } from './guard/addressGuard';
import { hasProxy, httpProxy, proxyOf } from './proxy';

interface GuardedDispatcherOptions {
	readonly guard: AddressGuard;
	/** Open to one server at the same time at most. */
	readonly connections: number;
	/** Milliseconds for name server, TCP and TLS together; with a proxy, for each step. */
	readonly connectLimitMs: number;
	/**
	 * Milliseconds that an unused connection stays open at most.
	 * @default 30_000
	 */
	readonly keepAliveMs?: number;
}

const KEEP_ALIVE_MS = 30_000;

/**
 * Sends requests to any server that a guard allows, directly or by n8n's proxy, over connections that
 * are kept for a while.
 * What is refused fails with `AddressRefusedError` before a connection is opened. Redirects are not
 * followed, unless a caller's own interceptor does: then each is judged like any request.
 *
 * Without a proxy, a connection goes to the very addresses that were judged. With one, the guard
 * asks the name server before every request, but the proxy does so again and connects to what it is
 * told: what a rebinding name server can reach is for the proxy to say. A proxy itself is not
 * judged: where it stands is the administrator's choice.
 */
export function guardedDispatcher(options: GuardedDispatcherOptions): Dispatcher {
	const { guard, connections, connectLimitMs, keepAliveMs = KEEP_ALIVE_MS } = options;
	// A server's own Keep-Alive header cannot make it longer than that.
	const shared = { connections, keepAliveTimeout: keepAliveMs, keepAliveMaxTimeout: keepAliveMs };
	const connect = guardedConnector(guard, connectLimitMs);
	const direct = new Agent({ ...shared, connect });
	if (!hasProxy()) return direct;
	return new ProxyingDispatcher(guard, direct, (address) =>
		httpProxy(address, { ...shared, connectLimitMs }),
	);
}

/** Judges IP addresses too, for which `net.connect` asks no lookup. */
function guardedConnector(guard: AddressGuard, timeout: number): buildConnector.connector {
	const connect = buildConnector({ lookup: guard.lookup, timeout });
	return (options, callback) => {
		const { protocol, host, hostname } = options;
		const refusal = guard.judge(new URL(`${protocol}//${host ?? hostname}`));
		if (refusal === undefined) connect(options, callback);
		else queueMicrotask(() => callback(new AddressRefusedError(refusal), null));
	};
}

/** Sends requests directly or by a proxy, as each origin wants it. */
class ProxyingDispatcher extends Dispatcher {
	/** By address; the environment names three at most. */
	private readonly proxies = new Map<string, Dispatcher>();

	constructor(
		private readonly guard: AddressGuard,
		private readonly direct: Agent,
		private readonly openProxy: (address: string) => Dispatcher,
	) {
		super();
	}

	override dispatch(
		options: Dispatcher.DispatchOptions,
		handler: Dispatcher.DispatchHandler,
	): boolean {
		const address = this.isOpen ? proxyOf(String(options.origin)) : undefined;
		// Where it was closed, it is `direct` that says so.
		if (address === undefined) return this.direct.dispatch(options, handler);
		this.sendByProxy(address, options, handler).catch((error: unknown) =>
			fail(handler, error instanceof Error ? error : new Error(String(error))),
		);
		return true;
	}

	override close(): Promise<void>;
	override close(callback: () => void): void;
	override close(callback?: () => void): Promise<void> | void {
		return whenDone(
			this.all().map(async (dispatcher) => await dispatcher.close()),
			callback,
		);
	}

	override destroy(error?: Error | null): Promise<void>;
	override destroy(callback: () => void): void;
	override destroy(error: Error | null, callback: () => void): void;
	override destroy(first?: Error | null | (() => void), second?: () => void): Promise<void> | void {
		const [error, callback] = typeof first === 'function' ? [null, first] : [first, second];
		return whenDone(
			this.all().map(async (dispatcher) => await dispatcher.destroy(error ?? null)),
			callback,
		);
	}

	private async sendByProxy(
		address: string,
		options: Dispatcher.DispatchOptions,
		handler: Dispatcher.DispatchHandler,
	): Promise<void> {
		const refusal = await this.guard.check(String(options.origin), { byProxy: true });
		if (refusal !== undefined) throw new AddressRefusedError(refusal);
		(this.isOpen ? this.opened(address) : this.direct).dispatch(options, handler);
	}

	private get isOpen(): boolean {
		return !this.direct.closed && !this.direct.destroyed;
	}

	private opened(address: string): Dispatcher {
		const known = this.proxies.get(address);
		if (known !== undefined) return known;
		const proxy = this.openProxy(address);
		this.proxies.set(address, proxy);
		return proxy;
	}

	private all(): Dispatcher[] {
		return [this.direct, ...this.proxies.values()];
	}
}

function whenDone(
	closing: ReadonlyArray<Promise<void>>,
	callback: (() => void) | undefined,
): Promise<void> | void {
	const done = Promise.all(closing).then(() => undefined);
	if (callback === undefined) return done;
	done.then(callback, callback);
}

/** Ends a request that was not sent; undici has two kinds of handlers. */
function fail(handler: Dispatcher.DispatchHandler, error: Error): void {
	if (handler.onResponseError === undefined) handler.onError?.(error);
	else handler.onResponseError(NOT_SENT, error);
}

/** Nothing is under way that could be paused or given up. */
const NOT_SENT: Dispatcher.DispatchController = {
	aborted: true,
	paused: false,
	reason: null,
	abort: () => undefined,
	pause: () => undefined,
	resume: () => undefined,
};
