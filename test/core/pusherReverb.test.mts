import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, it } from 'vitest';
import { readPusherSettings } from '../../lib/realtime/pusher/settings.ts';
import { channelSignature } from '../../lib/realtime/pusher/requestSignature.ts';
import { tryApp } from '../../lib/realtime/pusher/source.ts';
import { freePorts } from '../../scripts/support/ports.mts';
import { Reverb, REVERB_APP } from '../support/reverb.mts';
import { ReverbTests } from '../support/reverbTests.mts';
import { createProxy, type TcpProxy } from '../support/tcpProxy.mts';

const tests = new ReverbTests();
const { closers, listen, refusal, subscriptions } = tests;
let reverb: Reverb;
beforeEach(() => void (reverb = tests.reverb));

describe('errors that end nothing', () => {
	it('a refused channel fails the start with the words of the server', async () => {
		reverb.forbidden.add('private-b');
		const failure = await refusal(['a', 'private-b']);
		expect(failure.permanent).toBe(true);
		expect(failure.message).toBe(
			'The server refused the channel private-b: Connection is unauthorized (code 4009)',
		);
		expect(failure.description).toContain("'Secret'");
	});

	it('a channel that is refused after a reconnect is left out, the others go on', async () => {
		const listening = await listen(['a', 'private-b', 'c']);
		reverb.forbidden.add('private-b');
		reverb.terminate();
		await expect.poll(() => listening.gaps.length).toBe(1);
		expect(listening.warnings.join()).toMatch(/private-b.*4009.*The other channels continue/);
		reverb.broadcast('c', 'e', '"later"');
		await expect.poll(() => listening.payloads).toEqual(['later']);
		expect(listening.deaths).toEqual([]);
	});

	it('the only channel refused after a reconnect is the end, told once', async () => {
		const listening = await listen(['private-b']);
		reverb.forbidden.add('private-b');
		reverb.terminate();
		await expect.poll(() => listening.deaths.length).toBe(1);
		expect(listening.deaths[0]?.message).toContain('Connection is unauthorized');
		expect(reverb.connections).toBe(2);
	});

	it('4200 in-band is told, and never a reason to connect again', async () => {
		const listening = await listen(['a']);
		for (let n = 0; n < 5; n += 1) reverb.error(4200, 'Invalid message format');
		reverb.error(4009, 'Connection is unauthorized');
		reverb.error(4301, 'The rate limit for sending client events exceeded the quota');
		reverb.broadcast('a', 'e', '1');
		await expect.poll(() => listening.payloads).toEqual([1]);
		expect(listening.warnings).toHaveLength(7);
		expect(listening.warnings[0]).toContain('Invalid message format (code 4200)');
		expect(reverb.connections).toBe(1);
	});

	it('what is no message of the protocol is told, and the next one is read', async () => {
		const listening = await listen(['a']);
		reverb.say('<html>');
		reverb.say('{"event":5}');
		reverb.broadcast('a', 'e', '1');
		await expect.poll(() => listening.payloads).toEqual([1]);
		expect(listening.warnings).toHaveLength(1);
	});
});

describe('how connections end', () => {
	it('a refused connection leaves no timer behind', async () => {
		const [port] = await freePorts(1);
		const timers = () =>
			process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
		const before = timers();
		for (let n = 0; n < 20; n += 1) {
			const settings = readPusherSettings({ ...reverb.credential, port, appId: '', secret: '' });
			await expect(tryApp(settings)).rejects.toThrow('ECONNREFUSED');
		}
		expect(timers() - before).toBeLessThan(10);
	});

	it('an unknown key fails the start, though the connection drops without a code', async () => {
		const failure = await refusal(['a'], { credential: { ...reverb.credential, key: 'other' } });
		expect(failure.permanent).toBe(true);
		expect(failure.message).toContain('Application does not exist (code 4001)');
		expect(failure.description).toContain("'Key'");
	});

	it('a 404 of a proxy fails the start, but passes where the server was there before', async () => {
		const listening = await listen(['a']);
		reverb.proxyAnswer = 404;
		expect((await refusal(['a'])).message).toContain('HTTP status 404');
		reverb.terminate();
		await expect.poll(() => reverb.connections).toBe(4);
		reverb.proxyAnswer = undefined;
		await expect.poll(() => listening.gaps.length).toBe(1);
		expect(listening.deaths).toEqual([]);
	});

	it('no capacity at the handshake passes', async () => {
		reverb.refusal = { code: 4100, message: 'Over capacity' };
		const listening = await listen(['a']);
		expect(listening.warnings).toEqual([
			expect.stringMatching(/no capacity.*Over capacity \(code 4100\)/),
		]);
		reverb.refusal = undefined;
		await expect.poll(() => listening.gaps.length).toBe(1);
	});

	it.each([
		['the reason told just before it', 4201, 'Pong reply not received', 'asked to connect again'],
		['a rate limit', 4301, 'Rate limit exceeded', 'broke off the connection'],
	])('dropped without a code: %s counts', async (_name, code, words, how) => {
		const listening = await listen(['a']);
		reverb.error(code, words);
		reverb.terminate();
		await expect.poll(() => listening.gaps.length).toBe(1);
		expect(listening.gaps[0]?.failure.message).toContain(`${words} (code ${code})`);
		if (code === 4201) expect(listening.gaps[0]?.failure.message).toContain(how);
		expect(listening.deaths).toEqual([]);
	});

	it('a code that says so is the end', async () => {
		const listening = await listen(['a']);
		reverb.closeAll(4003);
		await expect.poll(() => listening.deaths.length).toBe(1);
		expect(listening.deaths[0]?.permanent).toBe(true);
	});
});

describe('limits', () => {
	it('a channel that is never confirmed does not hold up for ever', async () => {
		reverb.silent.add('b');
		const listening = await listen(['a', 'b'], { times: { subscribeMs: 200 } });
		expect(listening.warnings[0]).toContain(
			'did not confirm the channel b within 0.2 seconds. Trying again',
		);
		reverb.silent.clear();
		await expect.poll(() => listening.gaps.length).toBe(1);
	});

	it('a server that accepts and says nothing is given up', async () => {
		const mute = createServer();
		mute.on('upgrade', (_request, socket) => void socket.on('error', () => undefined));
		await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
		closers.push(
			() => mute.closeAllConnections(),
			() => mute.close(),
		);
		const credential = { ...reverb.credential, port: (mute.address() as AddressInfo).port };
		const listening = await listen(['a'], { credential, times: { connectMs: 200 } });
		expect(listening.warnings[0]).toContain('did not finish the WebSocket handshake within 0.2 s');
	});

	it('silence is answered by a ping; without an answer the connection counts as dead', async () => {
		const listening = await listen(['a'], { times: { silenceMs: 50, answerMs: 10_000 } });
		const pings = () => reverb.commands.filter(({ event }) => event === 'pusher:ping').length;
		await expect.poll(pings).toBeGreaterThan(3);
		expect(reverb.connections).toBe(1);
		reverb.answersPings = false;
		reverb.say('{"event":"pusher:ping"}');
		await expect.poll(() => reverb.commands.at(-1)?.event).toBe('pusher:pong');
		expect(listening.gaps).toEqual([]);
	});

	it("the server's own activity time-out goes before the client's", async () => {
		reverb.activityTimeout = 0.05;
		await listen(['a']);
		await expect.poll(() => reverb.commands.at(-1)?.event).toBe('pusher:ping');
	});

	it('a frozen network is noticed, and after it all goes on', async () => {
		const proxy: TcpProxy = await createProxy(reverb.port);
		closers.push(async () => await proxy.close());
		const credential = { ...reverb.credential, port: proxy.port };
		const times = { silenceMs: 100, answerMs: 200, connectMs: 500 };
		const listening = await listen(['a'], { credential, times });
		proxy.freeze();
		await expect.poll(() => proxy.connections).toBeGreaterThan(1);
		proxy.restore();
		await expect.poll(() => listening.gaps.length).toBe(1);
		expect(listening.gaps[0]?.failure.message).toMatch(/stopped responding|handshake within/);
		reverb.broadcast('a', 'e', '"back"');
		await expect.poll(() => listening.payloads).toContain('back');
		expect(listening.payloads.filter((payload) => payload === 'back')).toHaveLength(1);
	});
});

describe('a history elsewhere', () => {
	it('is asked after every connect, and goes before what arrives meanwhile', async () => {
		const event = (id: string) => ({
			id,
			source: '/history',
			type: 'pusher.old',
			time: new Date(0),
			dedupeKey: id,
			data: { payload: id },
			raw: {},
		});
		let asked = 0;
		const listening = await listen(['a'], {
			afterSubscribed: async (sink) => {
				asked += 1;
				reverb.broadcast('a', 'e', `"live ${asked}"`);
				// The frame has to be here before the history is.
				await new Promise((resolve) => setTimeout(resolve, 100));
				sink.message({ event: event(`old ${asked}`) });
				return true;
			},
		});
		await expect.poll(() => listening.payloads).toEqual(['old 1', 'live 1']);
		reverb.terminate();
		await expect.poll(() => listening.payloads).toEqual(['old 1', 'live 1', 'old 2', 'live 2']);
	});

	it('ends with its connection', async () => {
		let stopped = false;
		const listening = await listen(['a'], {
			afterSubscribed: async (_sink, { signal }) => {
				reverb.terminate();
				return await new Promise<boolean>((resolve) =>
					signal.addEventListener('abort', () => {
						stopped = true;
						resolve(false);
					}),
				);
			},
		});
		expect(listening.warnings[0]).toContain('broke off the connection');
		expect(stopped).toBe(true);
		listening.close();
	});
});

describe('channels that an application authorises', () => {
	interface Asked {
		readonly path: string | undefined;
		readonly headers: IncomingMessage['headers'];
		readonly form: Record<string, string>;
	}
	const asked: Asked[] = [];
	let answer: (asked: Asked) => readonly [number, unknown];
	let app: Server;

	beforeEach(async () => {
		asked.length = 0;
		answer = ({ form: { socket_id: id = '', channel_name: channel = '' } }) => [
			200,
			{ auth: channelSignature(REVERB_APP, id, channel) },
		];
		app = createServer((request, response) => {
			let body = '';
			request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
			request.on('end', () => {
				const form = Object.fromEntries(new URLSearchParams(body));
				const one = { path: request.url, headers: request.headers, form };
				asked.push(one);
				const [status, content] = answer(one);
				response.writeHead(status);
				response.end(typeof content === 'string' ? content : JSON.stringify(content));
			});
		});
		await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
		closers.push(
			() => app.closeAllConnections(),
			() => app.close(),
		);
	});

	const credential = (path = '/api/broadcasting/auth') => ({
		...reverb.credential,
		secret: '',
		authEndpoint: `http://127.0.0.1:${(app.address() as AddressInfo).port}${path}`,
		authHeaders: '{"Authorization": "Bearer token-of-the-user"}',
	});

	it('is asked for each guarded channel and each connection, with the headers', async () => {
		const listening = await listen(['a', 'private-b'], { credential: credential() });
		expect(asked).toHaveLength(1);
		expect(asked[0]).toMatchObject({
			path: '/api/broadcasting/auth',
			headers: {
				authorization: 'Bearer token-of-the-user',
				accept: 'application/json',
				'content-type': 'application/x-www-form-urlencoded',
			},
			form: { channel_name: 'private-b' },
		});
		reverb.terminate();
		await expect.poll(() => listening.gaps.length).toBe(1);
		expect(asked).toHaveLength(2);
		expect(asked[0]?.form.socket_id).not.toBe(asked[1]?.form.socket_id);
		reverb.broadcast('private-b', 'e', '1');
		await expect.poll(() => listening.payloads).toEqual([1]);
	});

	it("Laravel's other path is tried where the usual one is not found, and kept", async () => {
		const { broadcast: _none, ...rest } = { broadcast: undefined, signed: answer };
		answer = (one) => (one.path === '/broadcasting/auth' ? rest.signed(one) : [404, '']);
		await listen(['private-a', 'private-b'], { credential: credential() });
		expect(asked.map(({ path }) => path)).toEqual([
			'/api/broadcasting/auth',
			'/broadcasting/auth',
			'/broadcasting/auth',
		]);
	});

	it('no other path is tried for one that the user wrote', async () => {
		answer = () => [404, ''];
		const failure = await refusal(['private-a'], { credential: credential('/auth') });
		expect(failure.message).toMatch(/private-a was not authorized: http.*\/auth answered 404/);
		expect(asked).toHaveLength(1);
	});

	it.each([
		[403, { message: 'Not for token-of-the-user' }, '403 (Not for [hidden])'],
		[200, '', 'answered 200 with nothing'],
		[302, '', 'answered 302'],
		[419, { message: 'CSRF token mismatch.' }, '419 (CSRF token mismatch.)'],
	])('%s %j fails the start', async (status, body, words) => {
		answer = () => [status, body];
		const failure = await refusal(['private-a'], { credential: credential() });
		expect(failure.permanent).toBe(true);
		expect(failure.message).toContain(words);
		expect(subscriptions()).toEqual([]);
	});

	it('an application that is down passes', async () => {
		const signed = answer;
		answer = () => [503, ''];
		const listening = await listen(['private-a'], { credential: credential() });
		expect(listening.warnings[0]).toContain('answered 503. Trying again');
		answer = signed;
		await expect.poll(() => listening.gaps.length).toBe(1);
	});
});
