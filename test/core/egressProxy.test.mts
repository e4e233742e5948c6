import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import fc from 'fast-check';
import { request, type Dispatcher } from 'undici';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AddressRefusedError, createAddressGuard } from '../../lib/net/guard/addressGuard.ts';
import { guardedDispatcher, proxyFromEnvironment } from '../../lib/net/dispatcher.ts';
import { networkFault } from '../../lib/net/fault.ts';
import { TestHttpProxy } from '../support/httpProxyServer.mts';
import { requireFromN8n } from '../support/n8nCore.mts';

type Environment = Record<string, string | undefined>;

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
	const identity = selfSigned();
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
	await proxy.close();
});

afterAll(async () => {
	for (const server of servers) {
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	}
});

function selfSigned(): { key: string; cert: string } {
	const folder = mkdtempSync(join(tmpdir(), 'egress-proxy-'));
	const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
	const options = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=test'];
	const names = 'subjectAltName=DNS:hook.example.com,DNS:pinned.example.com';
	const made = spawnSync(
		'openssl',
		['req', ...options, '-addext', names, '-keyout', key, '-out', cert],
		{ encoding: 'utf8' },
	);
	if (made.status !== 0) {
		throw new Error(`Install openssl, which makes the certificate: ${made.stderr ?? 'not found'}`);
	}
	const read = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
	rmSync(folder, { recursive: true });
	return read;
}

function dispatcherOf(environment: Environment, ...allowedPrivate: string[]): Dispatcher {
	const guard = createAddressGuard({
		allowHttp: true,
		allowedPrivate,
		resolve: async (name) => {
			const address = KNOWN[name];
			return address === undefined ? [] : [{ address, family: 4 }];
		},
	});
	const dispatcher = guardedDispatcher({
		guard,
		connections: 2,
		connectLimitMs: 30_000,
		proxy: proxyFromEnvironment(environment),
	});
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
function behind(more: Environment = {}): Environment {
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
			message: `The proxy of this n8n did not connect to hook.example.com:${httpsPort}: it answered with 403`,
			description: expect.stringContaining('NO_PROXY') as string,
		});
		expect(received).toEqual([]);
	});

	test('fail where the proxy wants a password, and the next one is sent again', async () => {
		proxy.mode = 'locked';
		const url = `http://hook.example.com:${httpPort}/`;
		const dispatcher = dispatcherOf(behind());
		await expect(post(url, dispatcher)).rejects.toThrow('407');
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
		const dispatcher = guardedDispatcher({
			guard,
			connections: 1,
			connectLimitMs: 1_000,
			proxy: proxyFromEnvironment(behind()),
		});
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
		expect(String(failure)).toContain('The proxy of this n8n is not an address');
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
	const VARIABLES = [
		...['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'],
		...['no_proxy', 'NO_PROXY', 'npm_config_http_proxy', 'npm_config_https_proxy'],
		...['npm_config_proxy', 'npm_config_no_proxy', 'NPM_CONFIG_PROXY'],
	];

	/** What n8n takes for it: its library reads the environment of the process. */
	function byN8n(environment: Environment, url: string): string | undefined {
		const before = VARIABLES.map((name) => [name, process.env[name]] as const);
		try {
			for (const name of VARIABLES) delete process.env[name];
			for (const [name, value] of Object.entries(environment)) {
				if (value !== undefined) process.env[name] = value;
			}
			return getProxyForUrl(url) || undefined;
		} finally {
			for (const [name, value] of before) {
				if (value === undefined) delete process.env[name];
				else process.env[name] = value;
			}
		}
	}

	function same(environment: Environment, url: string): void {
		const ours = proxyFromEnvironment(environment)?.(new URL(url));
		expect([environment, url, ours]).toEqual([environment, url, byN8n(environment, url)]);
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
	])('with %j, for %s, is the one that n8n takes', (environment: Environment, url) => {
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
			.dictionary(fc.constantFrom(...VARIABLES), fc.constant(''))
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
