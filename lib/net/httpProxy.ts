import { Pool, ProxyAgent, type Dispatcher } from 'undici';

export interface HttpProxyOptions {
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
export function httpProxy(address: string, options: HttpProxyOptions): Dispatcher {
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
