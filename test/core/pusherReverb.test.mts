import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { INode } from 'n8n-workflow';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { authoriseWithSecret } from '../../lib/pusher/authorise.ts';
import { readPusherSettings } from '../../lib/pusher/settings.ts';
import { channelSignature } from '../../lib/pusher/sign.ts';
import { tryApp } from '../../lib/pusher/tryApp.ts';
import { Backoff } from '../../lib/realtime/backoff.ts';
import type { RealtimeFailure } from '../../lib/realtime/failure.ts';
import { testPusherCredential } from '../../nodes/Realtime/transports/pusher/credentialTest.ts';
import { freePorts } from '../../scripts/support/ports.mts';
import { PusherListening, type ListeningOptions } from '../support/pusherListening.mts';
import { Reverb, REVERB_APP } from '../support/reverb.mts';
import { RunningTrigger } from '../support/socketIoTrigger.mts';
import { createProxy, type TcpProxy } from '../support/tcpProxy.mts';

let reverb: Reverb;
const closers: Array<() => unknown> = [];

beforeEach(async () => void (reverb = await Reverb.start()));
afterEach(async () => {
	for (const close of closers.splice(0)) await close();
	await reverb.close();
});

async function listen(
	channels: string[],
	more: Partial<ListeningOptions> = {},
): Promise<PusherListening> {
	const options = { credential: reverb.credential, channels, ...more };
	const listening = await PusherListening.start(options);
	closers.push(() => listening.close());
	return listening;
}

async function refusal(
	channels: string[],
	more: Partial<ListeningOptions> = {},
): Promise<RealtimeFailure> {
	return await listen(channels, more).then(
		() => Promise.reject(new Error('it was not refused')),
		(error: unknown) => error as RealtimeFailure,
	);
}

const subscriptions = () =>
	reverb.commands.filter(({ event }) => event === 'pusher:subscribe').map(({ data }) => data);

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
		expect(listening.warnings.join()).toMatch(/private-b.*4009.*The other channels go on/);
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
		expect(listening.warnings).toHaveLength(2);
	});
});

describe('a foreign origin', () => {
	it('fails the start, and the field that is missing is named', async () => {
		reverb.allowedOrigins = ['*.example.com'];
		const failure = await refusal(['a']);
		expect(failure.permanent).toBe(true);
		expect(failure.message).toContain('Origin not allowed (code 4009)');
		expect(failure.description).toContain("'Origin' in the credential");
	});

	it.each([
		['https://app.example.com', 'https://app.example.com'],
		[' https://app.example.com:8443/ ', 'https://app.example.com:8443'],
		['https://app.example.com/some/page?q=1', 'https://app.example.com'],
		['capacitor://app.example.com', 'capacitor://app.example.com'],
	])('%j in the credential is sent as %j, at every handshake', async (origin, sent) => {
		reverb.allowedOrigins = ['shop.test', '*.example.com'];
		const listening = await listen(['a'], { credential: { ...reverb.credential, origin } });
		reverb.terminate();
		await expect.poll(() => listening.gaps.length).toBe(1);
		expect(reverb.origins).toEqual([sent, sent]);
	});

	it('none in the credential, none is sent', async () => {
		await listen(['a']);
		expect(reverb.origins).toEqual([undefined]);
	});

	it.each(['app.example.com', '//app.example.com', 'https://', '*', 'mailto:a@example.com'])(
		'%j has no host that a server could compare',
		async (origin) => {
			const started = listen(['a'], { credential: { ...reverb.credential, origin } });
			await expect(started).rejects.toThrow("'Origin' of the credential is not an address");
		},
	);
});

describe('a server that is full (4004)', () => {
	const times = { fullFirstMs: 40, fullLongestMs: 100 };

	it('fails the start', async () => {
		await listen(['a']);
		reverb.maxConnections = 1;
		const failure = await refusal(['a']);
		expect(failure.permanent).toBe(true);
		expect(failure.message).toContain('Application is over connection quota (code 4004)');
	});

	it('after a first success passes: it is told once, and tried until there is room', async () => {
		const other = await listen(['a']);
		const listening = await listen(['a'], { times });
		reverb.maxConnections = 0;
		reverb.terminate();
		await expect.poll(() => reverb.connections).toBeGreaterThan(4);
		expect(listening.deaths).toEqual([]);
		expect(listening.warnings).toEqual([
			expect.stringMatching(/over connection quota \(code 4004\).*tried again every/),
		]);
		other.close();
		reverb.maxConnections = Infinity;
		await expect.poll(() => listening.gaps.length).toBe(1);
		reverb.broadcast('a', 'e', '"room again"');
		await expect.poll(() => listening.payloads).toEqual(['room again']);
		reverb.maxConnections = 0;
		reverb.terminate();
		await expect.poll(() => listening.warnings.length).toBe(2);
	});

	it('waits 10 to 60 seconds between attempts', async () => {
		const listening = await listen(['a']);
		vi.spyOn(Backoff.prototype, 'next');
		closers.push(() => vi.restoreAllMocks());
		reverb.maxConnections = 0;
		reverb.terminate();
		const asked = () =>
			vi
				.mocked(Backoff.prototype.next)
				.mock.calls.flatMap(([ms]) => (ms === undefined ? [] : [ms]));
		await expect.poll(() => asked().length).toBeGreaterThan(0);
		for (const ms of asked()) {
			expect(ms).toBeGreaterThanOrEqual(10_000);
			expect(ms).toBeLessThanOrEqual(60_000);
		}
		listening.close();
	});

	it('said by the close of a running connection it passes too', async () => {
		const listening = await listen(['a'], { times });
		reverb.closeAll(4004);
		await expect.poll(() => listening.gaps.length).toBe(1);
		expect(listening.deaths).toEqual([]);
	});
});

describe('a limit of messages (4301)', () => {
	const channels = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
	const times = { limitedFirstMs: 20, limitedLongestMs: 100 };
	const heard = (listening: PusherListening) =>
		new Set(listening.messages.map(({ event }) => String(event.data.channel)));

	it('keeps the connection: what stands is heard, and the rest follows', async () => {
		reverb.rateLimit = { attempts: 5, windowMs: 600_000 };
		const listening = await listen(channels, { times });
		for (const channel of channels) reverb.broadcast(channel, 'e', '1');
		await expect.poll(() => heard(listening)).toEqual(new Set(['a', 'b', 'c', 'd', 'e']));
		expect(listening.warnings).toEqual([
			expect.stringMatching(/Rate limit exceeded \(code 4301\).*2 channels wait/),
		]);
		reverb.rateLimit = { attempts: 5, windowMs: 50 };
		await expect
			.poll(() => {
				reverb.broadcast('g', 'e', '1');
				return heard(listening).size;
			})
			.toBeGreaterThan(5);
		await expect.poll(() => listening.warnings.at(-1)).toContain('all channels are subscribed now');
		expect(reverb.connections).toBe(1);
		expect(listening.gaps).toEqual([]);
	});

	it('waits for the window of a minute in a few messages', async () => {
		reverb.rateLimit = { attempts: 5, windowMs: 600_000 };
		await listen(channels, { times: { ...times, limitedLongestMs: 600_000 } });
		await expect.poll(() => subscriptions().length).toBeGreaterThan(8);
		const refused = subscriptions().slice(5);
		expect(refused.map((data) => data?.channel)).toEqual(refused.map(() => 'f'));
	});

	it('a channel that is refused for good meanwhile is told, and does not hold up the others', async () => {
		reverb.rateLimit = { attempts: 5, windowMs: 600_000 };
		reverb.forbidden.add('f');
		const listening = await listen(channels, { times });
		reverb.rateLimit = undefined;
		await expect.poll(() => listening.warnings.join()).toMatch(/channel f: .*4009/);
		await expect
			.poll(() => {
				reverb.broadcast('g', 'e', '1');
				return heard(listening);
			})
			.toContain('g');
		expect(reverb.connections).toBe(1);
	});

	it('that ends connections without a word is kept to, once it showed', async () => {
		reverb.rateLimit = { attempts: 5, windowMs: 300, terminates: true };
		const listening = await listen(channels, { times: { ...times, limitedLongestMs: 400 } });
		await expect
			.poll(() => {
				for (const channel of channels) reverb.broadcast(channel, 'e', '1');
				return heard(listening).size;
			})
			.toBe(channels.length);
		expect(listening.warnings.join()).toContain('more slowly');
		const { connections } = reverb;
		expect(connections).toBeLessThan(5);
	});

	it('closed while channels wait, nothing is sent any more', async () => {
		reverb.rateLimit = { attempts: 5, windowMs: 600_000 };
		const listening = await listen(channels, { times });
		listening.close();
		const sent = reverb.commands.length;
		await new Promise((resolve) => setTimeout(resolve, 200));
		expect(reverb.commands.length - sent).toBeLessThan(2);
	});
});

describe('the test of the credential', () => {
	const run = async (credential: object = {}) =>
		await testPusherCredential.call({} as never, {
			id: '1',
			name: 'Pusher',
			type: 'realtimeWebhooksPusherApi',
			data: { ...reverb.credential, ...credential } as never,
		});

	it('goes on where listening is refused, and says what is left', async () => {
		reverb.allowedOrigins = ['*.example.com'];
		const { status, message } = await run();
		expect(status).toBe('OK');
		expect(message).toMatch(
			/can broadcast, cannot listen: .*Origin not allowed \(code 4009\)\. .*'Origin'/,
		);
		expect(await run({ origin: 'https://app.example.com' })).toEqual({
			status: 'OK',
			message: 'Connection successful: it can be used to listen and broadcast',
		});
		reverb.maxConnections = 0;
		expect((await run()).message).toMatch(/can broadcast, cannot listen: .*\(code 4004\)/);
		reverb.proxyAnswer = 403;
		expect((await run()).message).toMatch(/can broadcast, cannot listen: .*HTTP status 403/);
	});

	it.each([
		['there is no secret to broadcast with', { appId: '', secret: '' }, 'Origin not allowed'],
		['broadcasting is refused too', { secret: 'wrong' }, 'Origin not allowed'],
		['the key is wrong', { key: 'other' }, 'Application does not exist'],
	])('fails where %s', async (_name, credential, words) => {
		reverb.allowedOrigins = ['*.example.com'];
		const { status, message } = await run(credential);
		expect(status).toBe('Error');
		expect(message).toContain(words);
		expect(message).not.toContain('can broadcast');
	});
});

describe('in n8n', () => {
	const start = async (parameters: INode['parameters']) => {
		const running = await RunningTrigger.start({
			parameters: { transport: 'pusher', channels: 'a', options: {}, ...parameters },
			credential: reverb.credential,
			credentialType: 'realtimeWebhooksPusherApi',
		});
		closers.push(async () => await running.close());
		return running;
	};

	it("events are wanted by Laravel Echo's names", async () => {
		const running = await start({ events: '.notification.created, OrderShipped' });
		const names = ['other', 'notification.created', 'App\\Events\\OrderShipped', 'created'];
		for (const name of names) reverb.broadcast('a', name, '{}');
		await running.until(() => running.events.length === 2);
		expect(running.events.map(({ type }) => type)).toEqual([
			'pusher.notification.created',
			'pusher.App\\Events\\OrderShipped',
		]);
	});

	it.each([
		['', "'Events' is empty"],
		['={{ [] }}', "'Events' is empty"],
		['={{ [].missing.split(",") }}', "'Events' is empty"],
		['={{ undefined }}', "'Events' is empty"],
		['={{ {} }}', "'Events' is no text and no list of texts"],
	])('Events %j does not go live, and the parameter is named', async (events, words) => {
		await expect(start({ events })).rejects.toThrow(words);
		expect(reverb.connections).toBe(0);
	});

	it('Events and options with expressions are read before it connects, once', async () => {
		const options = { reportGaps: '={{ true }}', eventIdField: "={{ 'id' }}" };
		const running = await start({ events: "={{ ['order.*', 'x'] }}", options });
		for (let n = 1; n < 4; n += 1) {
			reverb.terminate();
			await running.until(() => running.events.length === n);
		}
		for (const id of [1, 1, 2]) reverb.broadcast('a', 'order.paid', JSON.stringify({ id }));
		await running.until(() => running.events.length === 5);
		expect(running.events.map(({ type }) => type)).toEqual([
			...['realtime.gap', 'realtime.gap', 'realtime.gap'],
			...['pusher.order.paid', 'pusher.order.paid'],
		]);
		expect(reverb.connections).toBe(4);
		expect(running.shown).not.toContain('No bridge');
	});
});

describe('presence channels', () => {
	it('are joined with an empty user_info where there is none: without, others suffer', async () => {
		const { credential } = reverb;
		const running = await RunningTrigger.start({
			parameters: { transport: 'pusher', channels: 'presence-a', events: '*', options: {} },
			credential,
			credentialType: 'realtimeWebhooksPusherApi',
		});
		closers.push(async () => await running.close());
		const [sent] = subscriptions();
		expect(JSON.parse(String(sent?.channel_data))).toEqual({ user_id: 'n8n', user_info: {} });
	});

	it('the same from whoever authorises with the secret and names no info', async () => {
		const authorise = authoriseWithSecret(readPusherSettings(reverb.credential), { userId: 'n' });
		const { channelData } = await authorise('1.1', 'presence-a', new AbortController().signal);
		expect(JSON.parse(String(channelData))).toEqual({ user_id: 'n', user_info: {} });
	});
});

describe('odd JSON', () => {
	const odd = '{"toString":1,"valueOf":1}';

	it.each([
		[
			'the members',
			'pusher_internal:subscription_succeeded',
			`{"presence":{"ids":[${odd},"ana"]}}`,
		],
		['a member', 'pusher_internal:member_added', `{"user_id":${odd}}`],
		['an error', 'pusher:error', `{"code":${odd},"message":${odd}}`],
		['a refusal', 'pusher:subscription_error', odd],
		['an event', 'e', odd],
	])('%s: what follows is heard', async (_name, event, data) => {
		const listening = await listen(['presence-a'], { reportMembers: true });
		reverb.say(JSON.stringify({ event, channel: 'presence-a', data }));
		reverb.say(`{"event":"${event}","channel":"presence-a","data":${data}}`);
		reverb.broadcast('presence-a', 'e', '"next"');
		await expect.poll(() => listening.payloads).toContain('next');
		expect(reverb.connections).toBe(1);
	});

	it('what cannot be read is dropped with a warning, at most one a minute', async () => {
		const listening = await listen(['a']);
		for (let n = 0; n < 20; n += 1) {
			reverb.say(`{"event":"pusher:connection_established","data":{"socket_id":${odd}}}`);
		}
		reverb.broadcast('a', 'e', '"next"');
		await expect.poll(() => listening.payloads).toEqual(['next']);
		expect(listening.warnings).toEqual([expect.stringContaining('could not be read')]);
		expect(reverb.connections).toBe(1);
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
			'did not confirm the channel b within 0.2 seconds. It will be tried again',
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
		expect(listening.gaps[0]?.failure.message).toMatch(/went silent|handshake within/);
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
		expect(failure.message).toMatch(/private-a was not authorised: http.*\/auth answered 404/);
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
		expect(listening.warnings[0]).toContain('answered 503. It will be tried again');
		answer = signed;
		await expect.poll(() => listening.gaps.length).toBe(1);
	});
});
