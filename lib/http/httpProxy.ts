import { Pool, ProxyAgent, type Dispatcher } from 'undici';

export interface HttpProxyOptions {
	/** Open for one origin at the same time at most. */
	readonly connections: number;
	readonly keepAliveTimeout: number;
	readonly keepAliveMaxTimeout: number;
	/** Milliseconds for connecting to the proxy, for its answer to CONNECT, for TLS behind it. */
	readonly connectLimitMs: number;
}

/**
 * Sends requests by a proxy, as n8n does: CONNECT to `https:` servers, the whole address in the
 * request line to `http:` ones.
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
		clientFactory: (origin, more) => new Pool(origin, { ...more, headersTimeout: connectLimitMs }),
	});
}
