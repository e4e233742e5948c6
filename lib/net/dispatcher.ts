import { Agent, buildConnector, Dispatcher, Pool, ProxyAgent } from 'undici';
import { AddressRefusedError, type AddressGuard } from './guard/addressGuard';

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
	/** See `proxyFromEnvironment`. */
	readonly proxy?: ProxyFor;
}

const KEEP_ALIVE_MS = 30_000;

/**
 * Sends requests to any server that a guard allows, over connections that are kept for a while.
 * What is refused fails with `AddressRefusedError` before a connection is opened. Redirects are not
 * followed, unless a caller's own interceptor does: then each is judged like any request.
 *
 * Without a proxy, a connection goes to the very addresses that were judged. With one, the guard
 * asks the name server before every request, but the proxy does so again and connects to what it is
 * told: what a rebinding name server can reach is for the proxy to say. A proxy itself is not
 * judged: where it stands is the administrator's choice.
 */
export function guardedDispatcher(options: GuardedDispatcherOptions): Dispatcher {
	const { guard, connections, connectLimitMs, keepAliveMs = KEEP_ALIVE_MS, proxy } = options;
	// A server's own Keep-Alive header cannot make it longer than that.
	const shared = { connections, keepAliveTimeout: keepAliveMs, keepAliveMaxTimeout: keepAliveMs };
	const connect = guardedConnector(guard, connectLimitMs);
	const direct = new Agent({ ...shared, connect });
	if (proxy === undefined) return direct;
	return new ProxyingDispatcher(guard, direct, proxy, (address) =>
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
		private readonly proxyFor: ProxyFor,
		private readonly openProxy: (address: string) => Dispatcher,
	) {
		super();
	}

	override dispatch(
		options: Dispatcher.DispatchOptions,
		handler: Dispatcher.DispatchHandler,
	): boolean {
		const address = this.isOpen ? this.proxyFor(new URL(String(options.origin))) : undefined;
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

interface HttpProxyOptions {
	/** Open for one origin at the same time at most. */
	readonly connections: number;
	readonly keepAliveTimeout: number;
	readonly keepAliveMaxTimeout: number;
	/** Milliseconds for connecting to the proxy, for its answer to CONNECT, for TLS behind it. */
	readonly connectLimitMs: number;
}

/** The proxy made no tunnel to the server: it does not allow it, or cannot reach it. */
export class ProxyRefusedError extends Error {
	override readonly name = 'ProxyRefusedError';

	readonly code = 'ERR_PROXY_REFUSED';

	constructor(
		host: string,
		/** Of its answer to CONNECT; 407 where it wants a user name and a password. */
		readonly statusCode: number,
	) {
		super(`The proxy of this n8n did not connect to ${host}: it answered with ${statusCode}`);
	}
}

/**
 * Sends requests by a proxy, as n8n does: CONNECT to `https:` servers, the whole address in the
 * request line to `http:` ones. A tunnel that is not made fails with `ProxyRefusedError`.
 *
 * @param address as it was configured, user and password included
 * @throws {Error} in words without the address, which may hold a password, where it is none
 */
function httpProxy(address: string, options: HttpProxyOptions): Dispatcher {
	const { connectLimitMs, ...pool } = options;
	if (!URL.canParse(address)) {
		throw new Error(
			'The proxy of this n8n is not an address such as http://proxy.example.com:3128. Correct HTTP_PROXY, HTTPS_PROXY or ALL_PROXY where n8n runs.',
		);
	}
	return new ProxyAgent({
		...pool,
		uri: address,
		proxyTunnel: false,
		proxyTls: { timeout: connectLimitMs },
		requestTls: { timeout: connectLimitMs },
		factory: (origin, more) => new Pool(origin, { ...pool, ...more }),
		// The answer to CONNECT is a part of connecting; other requests do not go over this one.
		clientFactory: (origin, more) =>
			new TunnelPool(origin, { ...more, headersTimeout: connectLimitMs }),
	});
}

type TunnelOptions = Omit<Dispatcher.ConnectOptions, 'origin'>;

type TunnelCallback = (error: Error | null, data: Dispatcher.ConnectData) => void;

/** Connections to the proxy that become tunnels; undici would call a refusal an abort. */
class TunnelPool extends Pool {
	override connect(options: TunnelOptions): Promise<Dispatcher.ConnectData>;
	override connect(options: TunnelOptions, callback: TunnelCallback): void;
	override connect(
		options: TunnelOptions,
		callback?: TunnelCallback,
	): Promise<Dispatcher.ConnectData> | void {
		return callback === undefined ? this.tunnel(options) : super.connect(options, callback);
	}

	private async tunnel(options: TunnelOptions): Promise<Dispatcher.ConnectData> {
		const answer = await super.connect(options);
		if (answer.statusCode === 200) return answer;
		answer.socket.on('error', () => undefined).destroy();
		throw new ProxyRefusedError(options.path, answer.statusCode);
	}
}

/**
 * The proxy for requests to an origin.
 *
 * @returns its address as it was configured; undefined where there is to be none
 */
type ProxyFor = (origin: URL) => string | undefined;

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/**
 * Reads the proxies as n8n's own HTTP requests do, by the rules of `proxy-from-env` 1.1
 * (https://github.com/Rob--W/proxy-from-env): lower case before upper case, npm's setting first,
 * `ALL_PROXY` last.
 *
 * @param environment variables by name, such as `process.env`
 * @returns undefined where no proxy is configured at all
 */
export function proxyFromEnvironment(
	environment: Readonly<Record<string, string | undefined>>,
): ProxyFor | undefined {
	const read = (...names: string[]): string => {
		const values = names.flatMap((name) => [environment[name], environment[name.toUpperCase()]]);
		return values.find((value) => value !== undefined && value !== '') ?? '';
	};
	const forAll = read('npm_config_proxy', 'all_proxy');
	const proxies: Readonly<Record<string, string>> = {
		'http:': read('npm_config_http_proxy', 'http_proxy') || forAll,
		'https:': read('npm_config_https_proxy', 'https_proxy') || forAll,
	};
	if (Object.values(proxies).every((proxy) => proxy === '')) return undefined;
	const exceptions = read('npm_config_no_proxy', 'no_proxy').toLowerCase();
	return (origin) => {
		const proxy = proxies[origin.protocol] ?? '';
		if (proxy === '' || isException(origin, exceptions)) return undefined;
		return proxy.includes('://') ? proxy : `${origin.protocol}//${proxy}`;
	};
}

/** `NO_PROXY`: `*`, or names with an optional port; `.name` and `*name` stand for endings. */
function isException({ protocol, hostname, port }: URL, exceptions: string): boolean {
	if (exceptions === '*') return true;
	const ownPort = port === '' ? DEFAULT_PORTS[protocol] : Number(port);
	return exceptions.split(/[,\s]/).some((entry) => {
		if (entry === '') return false;
		const [, name = entry, onPort] = /^(.+):(\d+)$/.exec(entry) ?? [];
		if (onPort !== undefined && Number(onPort) !== 0 && Number(onPort) !== ownPort) return false;
		return /^[.*]/.test(name) ? hostname.endsWith(name.replace(/^\*/, '')) : hostname === name;
	});
}
