import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import fc from 'fast-check';
import { request, type Dispatcher } from 'undici';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { AddressRefusedError, createAddressGuard } from '../../lib/net/guard/addressGuard.ts';
import { guardedDispatcher } from '../../lib/net/dispatcher.ts';
import { networkFault } from '../../lib/net/fault.ts';
import { hasProxy, proxyOf } from '../../lib/net/proxy.ts';
import { TestHttpProxy } from '../support/httpProxyServer.mts';
import { requireFromN8n } from '../support/n8nCore.mts';
import {
	PROXY_VARIABLES,
	stubProxies,
	type ProxyEnvironment,
} from '../support/proxyEnvironment.mts';
import { selfSigned } from '../support/selfSigned.mts';

/** What n8n 2.41's own requests take their proxy from. */
const { getProxyForUrl } = requireFromN8n('proxy-from-env') as {
	getProxyForUrl(url: string): string;
};

const KNOWN: Readonly<Record<string, string>> = {
	'hook.example.com': '93.184.215.14',
	'private.example.com': '10.0.0.1',
	'local.example.com': '127.0.0.1',
	'pinned.example.com': '127.0.0.1',
};

let proxy: TestHttpProxy;
let servers: Server[] = [];
let httpPort: number;
let httpsPort: number;
let received: string[] = [];
let open: Dispatcher[] = [];

beforeAll(async () => {
	const answer = (scheme: string) =>
		((incoming, outgoing) => {
			received.push(`${scheme} ${incoming.method} ${incoming.headers.host}${incoming.url}`);
			incoming.resume().on('end', () => outgoing.end('received'));
		}) satisfies Parameters<typeof createHttpServer>[1];
	const plain = createHttpServer(answer('http'));
	const identity = selfSigned('hook.example.com', 'pinned.example.com');
	const secure = createHttpsServer(identity, answer('https'));
	setDefaultCACertificates([...getCACertificates(), identity.cert]);
	servers = [plain, secure];
	[httpPort = 0, httpsPort = 0] = await Promise.all(
		servers.map(async (server) => {
			await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
			return (server.address() as AddressInfo).port;
		}),
	);
});

beforeEach(async () => {
	proxy = await TestHttpProxy.start();
	received = [];
});

afterEach(async () => {
	await Promise.all(open.map(async (dispatcher) => await dispatcher.destroy()));
	open = [];
	vi.unstubAllEnvs();
	await proxy.close();
});

afterAll(async () => {
	for (const server of servers) {
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	}
});

function dispatcherOf(environment: ProxyEnvironment, ...allowedPrivate: string[]): Dispatcher {
	stubProxies(environment);
	const guard = createAddressGuard({
		allowHttp: true,
		allowedPrivate,
		resolve: async (name) => {
			const address = KNOWN[name];
			return address === undefined ? [] : [{ address, family: 4 }];
		},
	});
	const dispatcher = guardedDispatcher({ guard, connections: 2, connectLimitMs: 30_000 });
	open.push(dispatcher);
	return dispatcher;
}

async function post(url: string, dispatcher: Dispatcher): Promise<string> {
	const headers = ['content-type', 'application/json', 'webhook-id', 'a'];
	const options = { method: 'POST' as const, headers, body: '{}', dispatcher };
	const { body } = await request(url, options);
	return await body.text();
}

/** The environment of an n8n that stands behind the proxy. */
function behind(more: ProxyEnvironment = {}): ProxyEnvironment {
	const address = `http://127.0.0.1:${proxy.port}`;
	return { HTTP_PROXY: address, HTTPS_PROXY: address, ...more };
}

const refused = (reason: string) => ({
	name: 'AddressRefusedError',
	refusal: { reason },
});

describe("requests by n8n's proxy", () => {
	test('to http servers hold the whole address', async () => {
		const url = `http://hook.example.com:${httpPort}/a?b=c`;
		const dispatcher = dispatcherOf(behind());
		expect(await post(url, dispatcher)).toBe('received');
		expect(await post(url, dispatcher)).toBe('received');
		expect(proxy.requests).toEqual([`POST ${url}`, `POST ${url}`]);
		expect(received[0]).toBe(`http POST hook.example.com:${httpPort}/a?b=c`);
	});

	test('to https servers go through tunnels that are kept', async () => {
		const url = `https://hook.example.com:${httpsPort}/a`;
		const dispatcher = dispatcherOf(behind());
		for (let times = 0; times < 6; times += 1) {
			expect(await post(url, dispatcher)).toBe('received');
		}
		// As many as connections to a server may be open.
		expect(proxy.requests.length).toBeLessThanOrEqual(2);
		expect(new Set(proxy.requests)).toEqual(new Set([`CONNECT hook.example.com:${httpsPort}`]));
		expect(received).toEqual(Array(6).fill(`https POST hook.example.com:${httpsPort}/a`));
	});

	test('verify the certificate of the server behind the tunnel, and of one that is pinned', async () => {
		const wrong = { code: 'ERR_TLS_CERT_ALTNAME_INVALID' };
		const url = `https://other.example.com:${httpsPort}/`;
		await expect(post(url, dispatcherOf(behind(), '*.example.com'))).rejects.toMatchObject(wrong);
		expect(proxy.requests[0]).toBe(`CONNECT other.example.com:${httpsPort}`);
		const direct = dispatcherOf({}, '127.0.0.1');
		await expect(post(`https://local.example.com:${httpsPort}/`, direct)).rejects.toMatchObject(
			wrong,
		);
		expect(received).toEqual([]);
		expect(await post(`https://pinned.example.com:${httpsPort}/`, direct)).toBe('received');
		expect(received).toEqual([`https POST pinned.example.com:${httpsPort}/`]);
	});

	test('tell the proxy who asks, by what its address holds', async () => {
		const address = `http://ana:p%40ss@127.0.0.1:${proxy.port}`;
		const dispatcher = dispatcherOf({ ALL_PROXY: address });
		await post(`http://hook.example.com:${httpPort}/`, dispatcher);
		await post(`https://hook.example.com:${httpsPort}/`, dispatcher).catch(() => undefined);
		const basic = `Basic ${Buffer.from('ana:p@ss').toString('base64')}`;
		expect(proxy.authorizations.slice(0, 2)).toEqual([basic, basic]);
	});

	test.each([
		['http://127.0.0.1/', 'not_public'],
		['http://2130706433/', 'not_public'],
		['http://[::ffff:10.0.0.1]/', 'not_public'],
		['http://private.example.com/', 'not_public'],
		['http://localhost/', 'not_public'],
		['http://unknown.example.com/', 'name_not_found'],
	])('to %s are not made: %s', async (url, reason) => {
		await expect(post(url, dispatcherOf(behind()))).rejects.toMatchObject(refused(reason));
		expect(proxy.requests).toEqual([]);
	});

	test('to a name that only the proxy knows are made where the user allows it by name', async () => {
		const url = `http://unknown.example.com:${httpPort}/`;
		expect(await post(url, dispatcherOf(behind(), '*.example.com'))).toBe('received');
		await expect(post(url, dispatcherOf({}, '*.example.com'))).rejects.toMatchObject(
			refused('name_not_found'),
		);
	});

	test('fail where the proxy refuses', async () => {
		proxy.mode = 'refuse';
		const url = `https://hook.example.com:${httpsPort}/`;
		const failure = await post(url, dispatcherOf(behind())).catch((error: unknown) => error);
		expect(failure).toMatchObject({ code: 'ERR_PROXY_REFUSED', statusCode: 403 });
		expect(networkFault(failure, url)).toEqual({
			kind: 'unreachable',
			message: `The proxy of n8n did not connect to hook.example.com:${httpsPort}: it answered with 403`,
			description: expect.stringContaining('NO_PROXY') as string,
		});
		expect(received).toEqual([]);
	});

	test('fail where the proxy wants a password, and the next one is sent again', async () => {
		proxy.mode = 'locked';
		const url = `http://hook.example.com:${httpPort}/`;
		const dispatcher = dispatcherOf(behind());
		const failure = await post(url, dispatcher).catch((error: unknown) => error);
		expect(String(failure)).toContain('407');
		expect(networkFault(failure, url).message).toBe(
			`The proxy of n8n did not connect to hook.example.com:${httpPort}: it answered with 407`,
		);
		await expect(post(`https://hook.example.com:${httpsPort}/`, dispatcher)).rejects.toMatchObject({
			code: 'ERR_PROXY_REFUSED',
			statusCode: 407,
		});
		expect(received).toEqual([]);
		proxy.mode = 'open';
		expect(await post(url, dispatcher)).toBe('received');
	});

	test('fail where the proxy does not answer', async () => {
		proxy.mode = 'silent';
		const guard = createAddressGuard({ allowHttp: true, allowedPrivate: ['0.0.0.0/0'] });
		stubProxies(behind());
		const dispatcher = guardedDispatcher({ guard, connections: 1, connectLimitMs: 1_000 });
		open.push(dispatcher);
		await expect(post(`https://127.0.0.1:${httpsPort}/`, dispatcher)).rejects.toMatchObject({
			code: 'UND_ERR_HEADERS_TIMEOUT',
		});
	});

	test('fail in words that hold no password where the proxy is no address', async () => {
		const dispatcher = dispatcherOf({ HTTP_PROXY: 'http://ana:geheim@:not a port' });
		const failure = await post(`http://hook.example.com:${httpPort}/`, dispatcher).catch(
			(error: unknown) => error,
		);
		expect(String(failure)).toContain('The proxy of n8n is not a URL');
		expect(String(failure)).not.toContain('geheim');
	});

	test('are not taken after it was closed', async () => {
		const dispatcher = dispatcherOf(behind());
		const url = `http://hook.example.com:${httpPort}/`;
		await post(url, dispatcher);
		await dispatcher.close();
		await expect(post(url, dispatcher)).rejects.toMatchObject({ code: 'UND_ERR_DESTROYED' });
		expect(proxy.requests).toHaveLength(1);
	});
});

describe('NO_PROXY', () => {
	test('and its exceptions are judged at the connection', async () => {
		const dispatcher = dispatcherOf(behind({ NO_PROXY: '127.0.0.1' }), '127.0.0.1');
		expect(await post(`http://127.0.0.1:${httpPort}/`, dispatcher)).toBe('received');
		expect(proxy.requests).toEqual([]);
		const closed = dispatcherOf(behind({ NO_PROXY: '*' }));
		const url = `http://private.example.com:${httpPort}/`;
		await expect(post(url, closed)).rejects.toBeInstanceOf(AddressRefusedError);
		expect(proxy.requests).toEqual([]);
	});
});

describe('the proxy of an address', () => {
	function same(environment: ProxyEnvironment, url: string): void {
		stubProxies(environment);
		const byN8n = getProxyForUrl(url) || undefined;
		const isPossible = hasProxy() || byN8n === undefined;
		expect([environment, url, proxyOf(url), isPossible]).toEqual([environment, url, byN8n, true]);
	}

	test.each([
		[{}, 'http://a.example.com'],
		[{ HTTP_PROXY: 'http://p:1' }, 'http://a.example.com'],
		[{ HTTP_PROXY: 'http://p:1' }, 'https://a.example.com'],
		[{ HTTPS_PROXY: 'p:1' }, 'https://a.example.com'],
		[{ HTTP_PROXY: 'http://p:1', http_proxy: 'http://q:1' }, 'http://a.example.com'],
		[{ ALL_PROXY: 'http://p:1', NO_PROXY: 'example.com' }, 'http://a.example.com'],
		[{ ALL_PROXY: 'http://p:1', NO_PROXY: '.example.com' }, 'http://a.example.com'],
		[{ ALL_PROXY: 'http://p:1', NO_PROXY: '*.example.com' }, 'http://a.example.com'],
		[{ ALL_PROXY: 'http://p:1', NO_PROXY: 'a.example.com:443' }, 'https://a.example.com'],
		[{ ALL_PROXY: 'http://p:1', NO_PROXY: 'a.example.com:80' }, 'https://a.example.com'],
		[{ ALL_PROXY: 'http://p:1', NO_PROXY: 'x, A.Example.com' }, 'https://a.example.com'],
		[{ ALL_PROXY: 'http://p:1', NO_PROXY: '[::1]' }, 'https://[::1]:8443'],
		[{ ALL_PROXY: 'http://p:1', NO_PROXY: '*' }, 'https://a.example.com'],
		[{ npm_config_proxy: 'http://p:1', ALL_PROXY: 'http://q:1' }, 'https://a.example.com'],
	])('with %j, for %s, is the one that n8n takes', (environment: ProxyEnvironment, url) => {
		same(environment, url);
	});

	test('is the one that n8n takes, whatever the environment', () => {
		const name = fc.constantFrom(
			'a.example.com',
			'b.example.com',
			'example.com',
			'10.0.0.1',
			'[::1]',
		);
		const port = fc.constantFrom('', ':80', ':443', ':8080');
		const scheme = fc.constantFrom('http', 'https');
		const exception = fc
			.tuple(fc.constantFrom('', '.', '*', '*.'), fc.oneof(name, fc.constant('com')), port)
			.map((parts) => parts.join(''));
		const value = fc.constantFrom('', 'http://p:1', 'q:2', 'https://u:p@r');
		const exceptions = fc
			.array(exception)
			.chain((list) => fc.constantFrom(list.join(','), list.join(' '), list.join(', '), '*'));
		const environment = fc
			.dictionary(fc.constantFrom(...PROXY_VARIABLES), fc.constant(''))
			.chain((names) =>
				fc.record(
					Object.fromEntries(
						Object.keys(names).map((key) => [key, /no_proxy/i.test(key) ? exceptions : value]),
					),
				),
			);
		const url = fc.tuple(scheme, name, port).map(([s, n, p]) => `${s}://${n}${p}`);
		fc.assert(fc.property(environment, url, same), { numRuns: 2_000 });
	});
});
