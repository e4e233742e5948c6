import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { request, type Dispatcher } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { AddressRefusedError, createAddressGuard } from '../../lib/net/guard/addressGuard.ts';
import { InvalidAllowedAddressError } from '../../lib/net/guard/allowedAddresses.ts';
import type { ResolveName } from '../../lib/net/guard/resolveName.ts';
import { guardedDispatcher } from '../../lib/net/dispatcher.ts';
import { TestNameServer } from '../support/nameServer.mts';
import { notations } from '../support/notations.mts';

/** Hosts that are refused without asking a name server. */
const REFUSED_HOSTS = [
	// This computer, in every notation that some parser takes.
	...[
		'127.0.0.1',
		'127.0.0.2',
		'127.255.255.255',
		'127.1',
		'127.0.1',
		'2130706433',
		'017700000001',
	],
	...[
		'0x7f000001',
		'0X7F000001',
		'0x7f.1',
		'0x7f.0.0.1',
		'0177.0.0.1',
		'0177.0.0.01',
		'00000177.1',
	],
	...[
		'127.0.0.1.',
		'0x7f.1.',
		'%31%32%37.0.0.1',
		'127%2e0%2e0%2e1',
		'127。0。0。1',
		'１２７.０.０.１',
	],
	...['①②⑦.⓪.⓪.①', '127.0.0.0x1', '[::1]', '[0:0:0:0:0:0:0:1]', '[0000::0001]'],
	// Unspecified: most systems connect to themselves.
	...['0.0.0.0', '0', '0x0', '00', '0.0.0.1', '0.255.255.255', '[::]', '[0::0]'],
	// Private use.
	...['10.0.0.0', '10.1.2.3', '10.255.255.255', '0xa.1.2.3', '012.1.2.3', '167837955'],
	...['172.16.0.1', '172.31.255.255', '192.168.0.1', '192.168.255.255', '0xc0a80001', '3232235521'],
	...['[fc00::1]', '[fd00::1]', '[FD12:3456::1]', '[fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]'],
	// Link-local, site-local, carriers.
	...['169.254.0.1', '169.254.255.255', '[fe80::1]', '[febf::1]', '[fec0::1]', '[feff::1]'],
	...['100.64.0.1', '100.127.255.255'],
	// Metadata services.
	...['169.254.169.254', '2852039166', '0xa9fea9fe', '0251.0376.0251.0376', '0xA9.0xFE.0xA9.0xFE'],
	...['169.16689662', '169.254.43518', '169.254.170.2', '169.254.170.23', '100.100.100.200'],
	...['168.63.129.16', '192.0.0.192', '[fd00:ec2::254]', '[fd00:ec2::23]', '[fd20:ce::254]'],
	...['[fe80::a9fe:a9fe]', '[::ffff:169.254.169.254]', '[64:ff9b::169.254.169.254]'],
	...['[2001:67c:2960:6464::a9fe:a9fe]', '[::ffff:a83f:8110]'],
	// Documentation, benchmarks, protocols, AS112, AMT, relays, multicast, reserved.
	...['192.0.2.1', '198.51.100.1', '203.0.113.1', '198.18.0.1', '198.19.255.255', '192.0.0.1'],
	...['192.0.0.9', '192.0.0.170', '192.31.196.1', '192.52.193.1', '192.175.48.1', '192.88.99.1'],
	...['224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.254', '255.255.255.255'],
	...['[2001:db8::1]', '[3fff::1]', '[3fff:fff::1]', '[2001:2::1]', '[2001:1::1]', '[2001:3::1]'],
	...['[2001:4:112::1]', '[2001:10::1]', '[2001:20::1]', '[2001:30::1]', '[2001:1ff::1]'],
	...['[2620:4f:8000::1]', '[100::1]', '[100:0:0:1::1]', '[5f00::1]', '[3ffe::1]'],
	...['[ff02::1]', '[ff0e::1]', '[200::1]', '[400::1]', '[1000::1]', '[4000::1]', '[8000::1]'],
	...['[fe00::1]', '[f000::1]'],
	// IPv4 within IPv6: mapped, compatible, translated, NAT64, 6to4, Teredo, ISATAP.
	...['[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[0:0:0:0:0:ffff:10.0.0.1]', '[::FFFF:192.168.0.1]'],
	...['[::127.0.0.1]', '[::7f00:1]', '[::8.8.8.8]', '[::ffff:0:127.0.0.1]', '[::ffff:0:8.8.8.8]'],
	...['[64:ff9b::127.0.0.1]', '[64:ff9b::a00:1]', '[64:ff9b:1::1]', '[64:ff9b:1::8.8.8.8]'],
	...['[2002:7f00:1::]', '[2002:a00:1::1]', '[2002:808:808::]', '[2002:a9fe:a9fe::]'],
	...['[2001::1]', '[2001:0:4136:e378:8000:63bf:80ff:fffe]', '[2a00:1450::5efe:127.0.0.1]'],
	...['[2a00:1450::200:5efe:10.0.0.1]', '[fe80::5efe:192.168.0.1]'],
	// Names that mean something inside a network only.
	...[
		'localhost',
		'LOCALHOST',
		'localhost.',
		'localhost..',
		'a.localhost',
		'ⓛocalhost',
		'lo\u00adcalhost',
	],
	...[
		'n8n',
		'hub',
		'kubernetes.default.svc',
		'db.svc.cluster.local',
		'printer.local',
		'hub.internal',
	],
	...['host.docker.internal', 'router.lan', 'nas.home', 'nas.home.arpa', 'git.corp', 'a.intranet'],
	...['a.private', 'localhost.localdomain', 'a.test', 'a.invalid', 'a.onion', 'a.alt'],
	...['metadata', 'metadata.google.internal', 'METADATA.GOOGLE.INTERNAL.', 'metadata.goog'],
	...['instance-data', 'instance-data.ec2.internal', 'rancher-metadata', 'metadata.tencentyun.com'],
	...['metadata.packet.net', 'metadata.platformequinix.com', '%6c%6f%63%61%6c%68%6f%73%74'],
];

const REFUSED_ADDRESSES = [
	['', 'not_a_url'],
	['example.com', 'not_a_url'],
	['//example.com/', 'not_a_url'],
	['https://', 'not_a_url'],
	['https://[fe80::1%25eth0]/', 'not_a_url'],
	['https://[fe80::1%eth0]/', 'not_a_url'],
	['https://256.1.1.1/', 'not_a_url'],
	['https://1.2.3.4.5/', 'not_a_url'],
	['https://0x100000000/', 'not_a_url'],
	['https://425.510.425.510/', 'not_a_url'],
	['https://127.0.0.1%00.example.com/', 'not_a_url'],
	['https://[::ffff:999.0.0.1]/', 'not_a_url'],
	['https://example.com:99999/', 'not_a_url'],
	['ftp://example.com/', 'not_http'],
	['file:///etc/passwd', 'not_http'],
	['gopher://127.0.0.1:6379/_INFO', 'not_http'],
	['dict://127.0.0.1:11211/stats', 'not_http'],
	['javascript:alert(1)', 'not_http'],
	['data:text/plain,a', 'not_http'],
	['ws://example.com/', 'not_http'],
	['unix:/var/run/docker.sock', 'not_http'],
	['https://user:geheim@example.com/', 'has_user_info'],
	['https://user@example.com/', 'has_user_info'],
	['https://:geheim@example.com/', 'has_user_info'],
	['https://example.com@127.0.0.1/', 'has_user_info'],
	['https://127.0.0.1:80@example.com/', 'has_user_info'],
	['https:\\\\127.0.0.1\\', 'not_public'],
	['https:127.0.0.1', 'not_public'],
	['https:///127.0.0.1/', 'not_public'],
	['https://127.0.0.1\n/', 'not_public'],
	['\thttps://127.0.\n0.1/', 'not_public'],
	['HTTPS://127.0.0.1/', 'not_public'],
	['https://127.0.0.1:443/', 'not_public'],
	['https://127.0.0.1:6379/', 'not_public'],
	['https://127.0.0.1\\@example.com/', 'not_public'],
	['https://127.0.0.1#@example.com/', 'not_public'],
	['https://127.0.0.1?@example.com/', 'not_public'],
] as const;

const PUBLIC_HOSTS = [
	...['example.com', 'EXAMPLE.com.', 'hooks.example.com', 'münchen.example.com', 'a_b.example.com'],
	...[
		'8.8.8.8',
		'134744072',
		'1.1.1.1',
		'9.255.255.255',
		'11.0.0.0',
		'100.63.255.255',
		'100.128.0.1',
	],
	...[
		'126.255.255.255',
		'128.0.0.1',
		'169.253.255.255',
		'169.255.0.1',
		'172.15.255.255',
		'172.32.0.1',
	],
	...['192.0.1.1', '192.0.3.1', '192.167.255.255', '192.169.0.1', '198.17.255.255', '198.20.0.1'],
	...['223.255.255.255', '168.63.129.17', '100.200.100.100'],
	...['[2606:4700::1111]', '[2a00:1450:4001::200e]', '[2001:200::1]', '[2001:4860:4860::8888]'],
	...['[::ffff:8.8.8.8]', '[64:ff9b::8.8.8.8]', '[2a00:1450::5efe:8.8.8.8]', '[2620:4f:7fff::1]'],
	...['localhost.example.com', 'internal.example.com', 'local.example.com', '127.0.0.1.nip.io'],
];

const toPublic: ResolveName = async () => [{ address: '93.184.215.14', family: 4 }];
const toThisComputer: ResolveName = async () => [{ address: '127.0.0.1', family: 4 }];

/** A server that nobody may reach. */
let trap: Server;
let port: number;
let requests: string[] = [];
let names: TestNameServer;
let open: Dispatcher[] = [];

beforeAll(async () => {
	trap = createServer((incoming, outgoing) => {
		requests.push(`${incoming.method} ${incoming.headers.host}${incoming.url}`);
		if (incoming.url === '/redirect') {
			outgoing.writeHead(302, { location: `http://127.0.0.1:${port}/secret` });
		}
		outgoing.end('here');
	});
	await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
	({ port } = trap.address() as AddressInfo);
	names = await TestNameServer.start();
});

afterEach(async () => {
	await Promise.all(open.map(async (dispatcher) => await dispatcher.destroy()));
	open = [];
	requests = [];
});

afterAll(async () => {
	names.close();
	trap.closeAllConnections();
	await new Promise((resolve) => trap.close(resolve));
});

function guardOf(resolve?: ResolveName, ...allowedPrivate: string[]) {
	return createAddressGuard({ allowHttp: true, allowedPrivate, resolve });
}

/** What a POST comes to: a status, or the reason why there was none. */
async function post(url: string, guard = guardOf(toThisComputer)): Promise<number | string> {
	const dispatcher = guardedDispatcher({ guard, connections: 2, connectLimitMs: 30_000 });
	open.push(dispatcher);
	try {
		const { statusCode, body } = await request(url, { method: 'POST', body: '{}', dispatcher });
		await body.dump();
		return statusCode;
	} catch (error) {
		if (error instanceof AddressRefusedError) return error.refusal.reason;
		throw error;
	}
}

function atTrap(host: string): string {
	return `http://${host}:${port}/`;
}

describe('addresses that are refused', () => {
	test.each(REFUSED_HOSTS)('%s, before a name server is asked', async (host) => {
		const guard = guardOf(() => Promise.reject(new Error('asked')));
		for (const scheme of ['http', 'https']) {
			const refusal = await guard.check(`${scheme}://${host}/hook?token=geheim`);
			expect(refusal?.reason).toBe('not_public');
			expect(refusal?.message).not.toContain('geheim');
			expect(guard.judge(new URL(`${scheme}://${host}:8443/`))?.reason).toBe('not_public');
		}
	});

	test.each(REFUSED_HOSTS)('%s, when connecting, though nobody asked the guard', async (host) => {
		expect(await post(atTrap(host))).toBe('not_public');
		expect(requests).toEqual([]);
	});

	test.each(REFUSED_ADDRESSES)('%j: %s', async (address, reason) => {
		const refusal = await guardOf(toPublic).check(address);
		expect(refusal?.reason).toBe(reason);
		expect(refusal?.message).not.toContain('geheim');
		expect(refusal?.message).not.toMatch(/undefined|null|\[object/);
	});

	test('http, unless the user allows it', async () => {
		const guard = createAddressGuard({ allowHttp: false, allowedPrivate: [], resolve: toPublic });
		expect((await guard.check('http://example.com/'))?.reason).toBe('not_https');
		expect((await guard.check('http://8.8.8.8/'))?.reason).toBe('not_https');
		expect(await guard.check('https://example.com/')).toBeUndefined();
		const strict = createAddressGuard({ allowHttp: false, allowedPrivate: ['127.0.0.1'] });
		expect(await post(atTrap('127.0.0.1'), strict)).toBe('not_https');
		expect(requests).toEqual([]);
	});

	test('in the list are many, and none twice', () => {
		expect(REFUSED_HOSTS.length + REFUSED_ADDRESSES.length).toBeGreaterThan(180);
		expect(new Set(REFUSED_HOSTS).size).toBe(REFUSED_HOSTS.length);
	});
});

describe('addresses that are allowed', () => {
	test.each(PUBLIC_HOSTS)('%s, with any port', async (host) => {
		const guard = guardOf(toPublic);
		expect(await guard.check(`https://${host}/hook`)).toBeUndefined();
		expect(await guard.check(`http://${host}:8080/hook`)).toBeUndefined();
		expect(guard.judge(new URL(`https://${host}/`))).toBeUndefined();
	});

	// Without it, the tests above that expect no request could not fail.
	test.each([
		...['127.0.0.1', '2130706433', '0x7f.1', '127.1', '%31%32%37.0.0.1', '[::ffff:127.0.0.1]'],
	])('%s is called where the user allows 127.0.0.1', async (host) => {
		expect(await post(atTrap(host), guardOf(toPublic, '127.0.0.1'))).toBe(200);
		expect(requests).toHaveLength(1);
	});
});

describe('addresses that the user allows', () => {
	const verdict = async (url: string, ...allowed: string[]) =>
		(await guardOf(toThisComputer, ...allowed).check(url))?.reason;

	test.each([
		['https://10.1.2.3/', '10.0.0.0/8'],
		['https://[::ffff:10.1.2.3]/', '10.0.0.0/8'],
		['https://192.168.0.7/', '192.168.0.7'],
		['https://[fd00::7]/', 'fd00::/8'],
		['https://[fd00::7]/', '[fd00::7]'],
		['https://hub.internal/', 'hub.internal'],
		['https://HUB.internal./', 'Hub.Internal'],
		['https://hub.example.com/', 'hub.example.com'],
		['https://a.lan/', '*.lan'],
		['https://a.b.lan/', '*.lan'],
		['https://hub/', 'hub'],
		['https://hub/', '127.0.0.0/8'],
		['https://localhost/', '127.0.0.1'],
		['https://hub.example.com/', '127.1'],
		['https://169.254.169.254/', '169.254.169.254'],
		['https://169.254.169.254/', '169.254.169.254/32'],
		['https://169.254.7.7/', '169.254.0.0/16'],
	])('%s by %s', async (url, entry) => {
		expect(await verdict(url, entry)).toBeUndefined();
	});

	test.each([
		['https://11.0.0.1/', ['10.0.0.0/8'], undefined],
		['https://172.16.0.1/', ['10.0.0.0/8', '192.168.0.0/16'], 'not_public'],
		['https://192.168.0.8/', ['192.168.0.7'], 'not_public'],
		['https://lan/', ['*.lan'], 'not_public'],
		['https://evillan/', ['*.lan'], 'not_public'],
		['https://hub.internal.example.com/', ['hub.internal'], 'not_public'],
		['https://other.internal/', ['hub.internal'], 'not_public'],
		// The name is trusted, another name for the same address is not.
		['https://127.0.0.1/', ['hub.internal'], 'not_public'],
		// A range does not reach through a translator.
		['https://[64:ff9b::10.1.2.3]/', ['10.0.0.0/8'], 'not_public'],
	])('%s is not by %j: %s', async (url, entries, reason) => {
		expect(await verdict(url, ...entries)).toBe(reason);
	});

	test.each([
		...['169.254.169.254', '100.100.100.200', '168.63.129.16', '169.254.170.2', '192.0.0.192'],
		...['[fd00:ec2::254]', '[fd20:ce::254]', '[::ffff:169.254.169.254]', '[2002:a9fe:a9fe::]'],
		...['[64:ff9b::a9fe:a9fe]', '[fd00:64::a9fe:a9fe]', '[::169.254.169.254]'],
		...['[2001:0:a9fe:a9fe::1]', '[2001::5601:5601]'],
	])('%s is not by a broad range, nor by another name', async (host) => {
		const everything = ['0.0.0.0/0', '::/0', '169.254.0.0/16', 'hub.internal'];
		const literal = host.replace(/^\[|\]$/g, '');
		const resolve: ResolveName = async () => [
			{ address: literal, family: literal.includes(':') ? 6 : 4 },
		];
		const guard = guardOf(resolve, ...everything);
		expect((await guard.check(`https://${host}/`))?.message).toContain('secrets of its servers');
		expect((await guard.check('https://hub.internal/'))?.reason).toBe('not_public');
		expect((await guard.check('https://example.com/'))?.reason).toBe('not_public');
	});

	test('a metadata name counts where it is named, and so is its address', async () => {
		const resolve: ResolveName = async () => [{ address: '169.254.169.254', family: 4 }];
		const url = 'https://metadata.goog/';
		expect((await guardOf(resolve, '0.0.0.0/0').check(url))?.reason).toBe('not_public');
		expect((await guardOf(resolve, 'metadata.goog').check(url))?.reason).toBe('not_public');
		const named = guardOf(resolve, 'metadata.goog', '169.254.169.254');
		expect(await named.check(url)).toBeUndefined();
	});

	test.each([
		...[
			'10.0.0.0/33',
			'10.0.0.0/',
			'10.0.0.0/8/8',
			'10.0.0.0/-1',
			'fd00::/129',
			'http://hub',
			'hub:80',
		],
		...[
			'hub/24',
			'*',
			'*.',
			'*.10.0.0.1',
			'a*b',
			'[hub]',
			'[::1',
			'user@hub',
			'',
			'.',
			'1.2.3.4.5',
			'::g',
		],
	])('%j in the list is named as wrong', (entry) => {
		expect(() => guardOf(toPublic, '10.0.0.1', entry)).toThrow(
			new InvalidAllowedAddressError(entry),
		);
	});
});

describe('names', () => {
	test.each([
		['a private address', ['10.0.0.1'], 'not_public'],
		['this computer', ['127.0.0.1'], 'not_public'],
		['a metadata address', ['169.254.169.254'], 'not_public'],
		['one private address among public ones', ['8.8.8.8', '10.0.0.1', '1.1.1.1'], 'not_public'],
		['a private IPv6 address besides a public IPv4 one', ['8.8.8.8', 'fd00::1'], 'not_public'],
		['an IPv4-mapped one', ['::ffff:127.0.0.1'], 'not_public'],
		['an IPv4-mapped one in hexadecimal', ['::ffff:a9fe:a9fe'], 'not_public'],
		['a private one behind NAT64', ['64:ff9b::a00:1'], 'not_public'],
		['an alias of a private name', [{ cname: 'private.example.net' }], 'not_public'],
		['an alias of an alias of it', [{ cname: 'alias.example.net' }], 'not_public'],
		['nothing', [], 'name_not_found'],
		['an alias of nothing', [{ cname: 'nowhere.example.net' }], 'name_not_found'],
		['public ones', ['8.8.8.8', '2606:4700::1111'], undefined],
		['a public one behind NAT64', ['64:ff9b::808:808'], undefined],
		['an alias of a public name', [{ cname: 'public.example.net' }], undefined],
	])('that lead to %s: %j is %s', async (_, answer, reason) => {
		names.set('private.example.net', ['192.168.0.1']);
		names.set('alias.example.net', [{ cname: 'private.example.net' }]);
		names.set('public.example.net', ['8.8.8.8']);
		names.set('hook.example.com', answer);
		const guard = guardOf(names.resolve);
		expect((await guard.check('https://hook.example.com/'))?.reason).toBe(reason);
		if (reason !== undefined) expect(await post(atTrap('hook.example.com'), guard)).toBe(reason);
		expect(requests).toEqual([]);
	});

	test('that nobody knows are not found', async () => {
		const refusal = await guardOf(names.resolve).check('https://unknown.example.com/');
		expect(refusal?.reason).toBe('name_not_found');
		expect(refusal?.message).toContain('unknown.example.com was not found');
	});

	test('whose name server fails, or says nothing, may be asked again later', async () => {
		names.set('broken.example.com', 'failure');
		const broken = await guardOf(names.resolve).check('https://broken.example.com/');
		expect(broken?.message).toMatch(/could not be looked up: the name server failed \(\w+\)/);
		const never = createAddressGuard({
			allowHttp: true,
			allowedPrivate: [],
			resolve: async () => await new Promise<never>(() => undefined),
			resolveLimitMs: 20,
		});
		const silent = await never.check('https://silent.example.com/');
		expect(silent?.reason).toBe('name_not_found');
		expect(silent?.message).toContain('did not respond within 0.02 seconds');
		expect(await post(atTrap('silent.example.com'), never)).toBe('name_not_found');
	});

	test('whose name server says nothing do not hold up others', async () => {
		names.set('silent.example.com', 'silence');
		names.set('quick.example.com', ['8.8.8.8']);
		const guard = guardOf(names.resolve);
		const silent = guard.check('https://silent.example.com/');
		expect(await guard.check('https://quick.example.com/')).toBeUndefined();
		expect((await silent)?.reason).toBe('name_not_found');
	});

	test('are asked for once by all who want them at the same time, and again later', async () => {
		let asked = 0;
		const guard = guardOf(async (name) => {
			asked += 1;
			return await toPublic(name);
		});
		await Promise.all(Array.from({ length: 20 }, () => guard.check('https://example.com/')));
		expect(asked).toBe(1);
		await guard.check('https://example.com/');
		expect(asked).toBe(2);
	});

	test('of this computer are resolved by the system', async () => {
		expect(await post(atTrap('localhost'), guardOf(undefined, '127.0.0.1', '::1'))).toBe(200);
		expect(await post(atTrap('localhost'), guardOf(undefined))).toBe('not_public');
		expect(requests).toHaveLength(1);
	});
});

describe('a name server that changes its mind', () => {
	test('gains nothing: public when checked, this computer when connecting', async () => {
		names.set('rebind.example.com', ['8.8.8.8'], ['127.0.0.1']);
		const guard = guardOf(names.resolve);
		expect(await guard.check(atTrap('rebind.example.com'))).toBeUndefined();
		expect(await post(atTrap('rebind.example.com'), guard)).toBe('not_public');
		expect(requests).toEqual([]);
	});

	test('gains nothing with IPv6 that leads to IPv4, nor with a second address', async () => {
		const guard = guardOf(names.resolve);
		for (const answer of [['::ffff:127.0.0.1'], ['8.8.8.8', '127.0.0.1']]) {
			names.set('rebind.example.com', ['8.8.8.8'], answer);
			expect(await guard.check(atTrap('rebind.example.com'))).toBeUndefined();
			expect(await post(atTrap('rebind.example.com'), guard)).toBe('not_public');
		}
		expect(requests).toEqual([]);
	});

	test('is asked once for a connection, which goes to the answer that was judged', async () => {
		names.set('pinned.example.com', ['127.0.0.1'], ['192.0.2.1']);
		names.queries.length = 0;
		const guard = guardOf(names.resolve, '127.0.0.1');
		expect(await post(atTrap('pinned.example.com'), guard)).toBe(200);
		expect(names.queries.toSorted()).toEqual(['A pinned.example.com', 'AAAA pinned.example.com']);
		expect(requests).toEqual([`POST pinned.example.com:${port}/`]);
	});
});

describe('the lookup that connections use', () => {
	const addresses = [
		{ address: '8.8.8.8', family: 4 },
		{ address: '2606:4700::1111', family: 6 },
		{ address: '1.1.1.1', family: 4 },
	];
	const ask = async (options: object, resolve: ResolveName = async () => addresses) =>
		await new Promise<unknown[]>((settle) =>
			guardOf(resolve).lookup('example.com', options, (...answer) => settle(answer)),
		);

	test.each([
		[{ all: true }, [null, addresses]],
		[{ all: true, family: 0 }, [null, addresses]],
		[{ all: true, family: 4 }, [null, [addresses[0], addresses[2]]]],
		[{ all: true, family: 'IPv6' }, [null, [addresses[1]]]],
		[{}, [null, '8.8.8.8', 4]],
		[{ family: 6 }, [null, '2606:4700::1111', 6]],
		[{ family: 'IPv4' }, [null, '8.8.8.8', 4]],
	])('answers %j with the judged addresses', async (options, answer) => {
		expect(await ask(options)).toEqual(answer);
	});

	test('fails where one is private, also one of a family that is not wanted', async () => {
		const mixed: ResolveName = async () => [...addresses, { address: 'fd00::1', family: 6 }];
		for (const options of [{ all: true }, {}, { family: 4 }]) {
			const [error] = await ask(options, mixed);
			expect(error).toMatchObject({
				name: 'AddressRefusedError',
				code: 'ERR_ADDRESS_REFUSED',
				refusal: { reason: 'not_public' },
				message: expect.stringContaining('example.com resolves to fd00::1') as string,
			});
		}
	});

	test('fails where there is none of the wanted family, or something that is no address', async () => {
		const onlyFour: ResolveName = async () => [{ address: '8.8.8.8', family: 4 }];
		expect((await ask({ family: 6, all: true }, onlyFour))[0]).toBeInstanceOf(AddressRefusedError);
		const odd: ResolveName = async () => [{ address: '0x7f.1', family: 4 }];
		expect((await ask({}, odd))[0]).toBeInstanceOf(AddressRefusedError);
		const zoned: ResolveName = async () => [{ address: 'fe80::1%eth0', family: 6 }];
		expect((await ask({}, zoned))[0]).toBeInstanceOf(AddressRefusedError);
	});
});

describe('properties', () => {
	const byte = fc.nat(255);
	const privateIPv4 = fc.oneof(
		fc.tuple(fc.constantFrom(0, 10, 127, 224, 239, 240, 255), byte, byte, byte),
		fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), byte, byte),
		fc.tuple(fc.constant(192), fc.constant(168), byte, byte),
		fc.tuple(fc.constant(169), fc.constant(254), byte, byte),
		fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), byte, byte),
	);

	test('a private IPv4 address is refused in whatever notation', async () => {
		const guard = guardOf(toPublic);
		const host = privateIPv4.chain((bytes) => fc.constantFrom(...notations(bytes)));
		await fc.assert(
			fc.asyncProperty(host, async (text) => {
				const refusal = await guard.check(`https://${text}/`);
				expect(refusal?.reason).toBe('not_public');
				expect(guard.judge(new URL(`https://${text}:8080/`))?.reason).toBe('not_public');
			}),
			{ numRuns: 2_000 },
		);
	});

	test('no text makes the guard throw', async () => {
		const guard = guardOf(toPublic, '10.0.0.0/8', '*.lan');
		const text = fc.oneof(
			fc.string({ unit: 'binary' }),
			fc.webUrl({ withFragments: true, withQueryParameters: true }),
			fc.ipV4Extended().map((host) => `http://${host}/`),
			fc.ipV6().map((host) => `http://[${host}]/`),
			fc.string({ unit: 'grapheme' }).map((host) => `https://${host}/`),
		);
		await fc.assert(
			fc.asyncProperty(text, async (url) => {
				const refusal = await guard.check(url);
				expect(refusal === undefined || refusal.message.length > 20).toBe(true);
			}),
			{ numRuns: 2_000 },
		);
	});
});

describe('the dispatcher', () => {
	test('does not follow redirects', async () => {
		const guard = guardOf(toThisComputer, 'hook.example.com');
		expect(await post(`http://hook.example.com:${port}/redirect`, guard)).toBe(302);
		expect(requests).toEqual([`POST hook.example.com:${port}/redirect`]);
	});

	test('keeps connections for the next request, and takes none after it was closed', async () => {
		let connections = 0;
		const count = () => (connections += 1);
		trap.on('connection', count);
		const guard = guardOf(undefined, '127.0.0.1');
		const dispatcher = guardedDispatcher({ guard, connections: 1, connectLimitMs: 30_000 });
		const send = async () => {
			const { body } = await request(atTrap('127.0.0.1'), { method: 'POST', dispatcher });
			return await body.text();
		};
		expect([await send(), await send(), await send()]).toEqual(['here', 'here', 'here']);
		expect(connections).toBe(1);
		trap.off('connection', count);
		await dispatcher.close();
		await expect(send()).rejects.toMatchObject({ code: 'UND_ERR_DESTROYED' });
	});

	test('opens no more connections to a server than it is told', async () => {
		let mostOpen = 0;
		const count = () =>
			trap.getConnections((_, now) => {
				mostOpen = Math.max(mostOpen, now);
			});
		trap.on('request', count);
		const guard = guardOf(undefined, '127.0.0.1');
		const dispatcher = guardedDispatcher({ guard, connections: 3, connectLimitMs: 30_000 });
		open.push(dispatcher);
		await Promise.all(
			Array.from({ length: 30 }, async () => {
				const { body } = await request(atTrap('127.0.0.1'), { method: 'POST', dispatcher });
				await body.dump();
			}),
		);
		trap.off('request', count);
		expect(requests).toHaveLength(30);
		expect(mostOpen).toBeGreaterThan(0);
		expect(mostOpen).toBeLessThanOrEqual(3);
	});
});
