import type { ClientRequestArgs } from 'node:http';
import { isIP, type LookupFunction } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { getProxyForUrl } from 'proxy-from-env';
import { Pool, ProxyAgent, type Dispatcher } from 'undici';
import { Failure } from './failure';

/**
 * The proxy for connections to an origin, as n8n's own requests have it: by the same package, out of
 * `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`.
 *
 * @param origin `http(s)://host[:port]`, also of a WebSocket
 * @returns its address as it was configured; undefined where there is to be none
 */
export function proxyOf(origin: string): string | undefined {
	return getProxyForUrl(origin) || undefined;
}

/** Whether this process has a proxy, for whatever origin. */
export function hasProxy(): boolean {
	return Object.entries(process.env).some(
		([name, value]) => /_proxy$/i.test(name) && !/no_proxy$/i.test(name) && value !== '',
	);
}

/** A proxy that cannot be used, or that made no connection. */
export class ProxyError extends Failure {
	override readonly name: string = 'ProxyError';

	readonly code: string = 'ERR_PROXY';

	constructor(
		message: string,
		/** What to do about it. */
		readonly description: string,
	) {
		super(message);
	}
}

/** The proxy made no tunnel to the server: it does not allow it, or cannot reach it. */
export class ProxyRefusedError extends ProxyError {
	override readonly name = 'ProxyRefusedError';

	override readonly code = 'ERR_PROXY_REFUSED';

	constructor(
		host: string,
		/** Of its answer to CONNECT; 407 where it wants a user name and a password. */
		readonly statusCode: number,
	) {
		super(
			`The proxy of n8n did not connect to ${host}: it answered with ${statusCode}`,
			"Check the URL, and ask the administrator of the proxy to allow it, or add the host to NO_PROXY in n8n's environment.",
		);
	}
}

interface HttpProxyOptions extends Pick<Pool.Options, 'bodyTimeout' | 'headersTimeout'> {
	/** Open for one origin at the same time at most. */
	readonly connections: number;
	readonly keepAliveTimeout?: number;
	readonly keepAliveMaxTimeout?: number;
	/** Milliseconds for connecting to the proxy, for its answer to CONNECT, for TLS behind it. */
	readonly connectLimitMs: number;
}

/**
 * Sends requests by a proxy, as n8n does: CONNECT to `https:` servers, the whole address in the
 * request line to `http:` ones. A tunnel that is not made fails with `ProxyRefusedError`.
 *
 * @param address as it was configured, user and password included
 * @throws {ProxyError} in words without the address, which may hold a password, where it is none
 */
export function httpProxy(address: string, options: HttpProxyOptions): Dispatcher {
	const { connectLimitMs, ...pool } = options;
	return new ProxyAgent({
		...pool,
		uri: readAddress(address).href,
		proxyTunnel: false,
		proxyTls: { timeout: connectLimitMs },
		requestTls: { timeout: connectLimitMs },
		factory: (origin, more) => new Pool(origin, { ...pool, ...more }),
		// The answer to CONNECT is a part of connecting; other requests do not go over this one.
		clientFactory: (origin, more) =>
			new TunnelPool(origin, { ...more, headersTimeout: connectLimitMs }),
	});
}

function readAddress(address: string): URL {
	if (URL.canParse(address)) return new URL(address);
	throw new ProxyError(
		'The proxy of n8n is not a URL such as http://proxy.example.com:3128',
		"Correct HTTP_PROXY, HTTPS_PROXY or ALL_PROXY in n8n's environment.",
	);
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

interface SocketRouteOptions {
	/** Resolves the host name instead of Node's own lookup; with a proxy, that does it. */
	readonly lookup?: LookupFunction;
	/** Milliseconds for connecting to the proxy, and for its answer. */
	readonly limitMs: number;
	/** Gives up at once. */
	readonly signal?: AbortSignal;
}

/** How a connection is made, for `http.request` and what is built on it. */
export type SocketRoute = Pick<ClientRequestArgs, 'createConnection' | 'lookup'>;

/**
 * The way to a WebSocket server: directly, or through a tunnel of the proxy, which is asked by
 * CONNECT for `ws:` too (RFC 6455 section 4.1).
 *
 * @param origin `http(s)://host[:port]`
 */
export function socketRoute(origin: string, options: SocketRouteOptions): SocketRoute {
	const proxy = proxyOf(origin);
	if (proxy === undefined) return { lookup: options.lookup };
	return {
		createConnection: (_request, done) => {
			openTunnel(proxy, new URL(origin), options).then(
				(socket) => done(null, socket),
				(error: unknown) => (done as (error: unknown) => void)(error),
			);
			return undefined;
		},
	};
}

async function openTunnel(
	address: string,
	{ protocol, hostname, port }: URL,
	{ limitMs, signal }: SocketRouteOptions,
): Promise<Duplex> {
	const proxy = readAddress(address);
	const { origin, protocol: proxyProtocol, username, password } = proxy;
	if (proxyProtocol !== 'http:' && proxyProtocol !== 'https:') {
		throw new ProxyError(
			`WebSockets only work through HTTP proxies, but the proxy of n8n has the type ${proxyProtocol}`,
			"Set an HTTP proxy in HTTP_PROXY and HTTPS_PROXY, or add the host to NO_PROXY, in n8n's environment.",
		);
	}
	const host = `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;
	const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
	const login = { 'proxy-authorization': `Basic ${Buffer.from(user).toString('base64')}` };
	const pool = new TunnelPool(origin, {
		connections: 1,
		connect: { timeout: limitMs },
		headersTimeout: limitMs,
	});
	try {
		const headers = { host, ...(user === ':' ? {} : login) };
		// By the name in `host`, an `https:` proxy would be taken for the server.
		const request = { path: host, headers, signal, servername: proxy.hostname };
		const { socket } = await pool.connect(request);
		if (protocol === 'http:') return socket;
		const name = hostname.replace(/^\[|\]$/g, '');
		const servername = isIP(name) === 0 ? name : '';
		return connectTls({ socket, host: name, servername, ALPNProtocols: ['http/1.1'] });
	} finally {
		// A tunnel is not its own any more.
		void pool.destroy().catch(() => undefined);
	}
}
