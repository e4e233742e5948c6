import Echo from 'laravel-echo';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { INode } from 'n8n-workflow';
import { channelSignature } from '../../lib/realtime/pusher/requestSignature.ts';
import { testPusherCredential } from '../../nodes/Realtime/pusher/credentialTest.ts';
import { freePorts } from '../../scripts/support/ports.mts';
import { pusherClient, type PusherClient } from '../support/pusherClient.mts';
import { PusherListening } from '../support/pusherListening.mts';
import { RunningTrigger } from '../support/socketIoTrigger.mts';
import { APP, MASTER_KEY, Soketi } from '../support/soketi.mts';
import { createProxy } from '../support/tcpProxy.mts';

/** soketi is installed first where it is missing. */
const INSTALL_MS = 900_000;

let soketi: Soketi;
const closers: Array<() => unknown> = [];

beforeAll(async () => void (soketi = await Soketi.start()), INSTALL_MS);
afterAll(async () => await soketi?.kill());
afterEach(async () => {
	for (const close of closers.splice(0)) await close();
});

async function trigger(
	channels: string | string[],
	parameters: INode['parameters'] = {},
	credential: object = {},
): Promise<RunningTrigger> {
	const running = await RunningTrigger.start({
		parameters: { transport: 'pusher', channels, events: '*', options: {}, ...parameters },
		credential: { ...soketi.credential, ...credential },
		credentialType: 'realtimeWebhooksPusherApi',
	});
	closers.push(async () => await running.close());
	return running;
}

/** The vendor's own client, as a browser uses it. */
async function client(): Promise<PusherClient> {
	const member = JSON.stringify({ user_id: 'ana', user_info: { name: 'Ana' } });
	const pusher = pusherClient(soketi.port, ({ socketId, channelName }, give) => {
		const isPresence = channelName.startsWith('presence-');
		const data = isPresence ? member : undefined;
		const auth = channelSignature(APP, socketId, channelName, data);
		give(null, { auth, ...(isPresence ? { channel_data: member } : {}) });
	});
	closers.push(() => pusher.disconnect());
	await new Promise((resolve) => pusher.connection.bind('connected', resolve));
	return pusher;
}

async function joined(pusher: PusherClient, name: string) {
	const channel = pusher.subscribe(name);
	await new Promise((resolve) => channel.bind('pusher:subscription_succeeded', resolve));
	return channel;
}

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('what an event becomes', () => {
	it('is an envelope with the payload in it', async () => {
		const running = await trigger('orders');
		await soketi.pusher.trigger('orders', 'order.created', { id: 7, text: 'añ 😀' });
		await running.until(() => running.events.length === 1);
		const [event] = running.events;
		expect(event).toMatchObject({
			specversion: '1.0',
			source: `/pusher/127.0.0.1:${soketi.port}/orders`,
			type: 'pusher.order.created',
			subject: 'orders',
			verification: 'connection',
			data: {
				event: 'order.created',
				channel: 'orders',
				payload: { id: 7, text: 'añ 😀' },
				raw: { event: 'order.created', channel: 'orders', data: { id: 7, text: 'añ 😀' } },
			},
		});
		expect(event?.id).toMatch(/^\d+\.\d+\/\d+$/);
		// The server gives no identity: the same again is an event of its own.
		await soketi.pusher.trigger('orders', 'order.created', { id: 7, text: 'añ 😀' });
		await running.until(() => running.events.length === 2);
		expect(running.keys).toEqual([undefined, undefined]);
		expect(running.shown).not.toContain(APP.secret);
	});

	it('is read on channels of every kind, several in one node', async () => {
		const channels = ['open', 'private-a', 'presence-a', 'private-encrypted-a'];
		const running = await trigger(channels.join(', '));
		for (const [n, channel] of channels.entries()) {
			await soketi.pusher.trigger(channel, 'e', { n });
		}
		await running.until(() => running.events.length === channels.length);
		expect(running.events.map(({ data }) => [data.channel, data.payload])).toEqual(
			channels.map((channel, n) => [channel, { n }]),
		);
	});

	it('with the key of another sender is handed over unread, and said', async () => {
		const encryptionMasterKey = Buffer.alloc(32, 'other').toString('base64');
		const running = await trigger('private-encrypted-a', {}, { encryptionMasterKey });
		await soketi.pusher.trigger('private-encrypted-a', 'e', { n: 1 });
		await running.until(() => running.events.length === 1);
		expect(running.events[0]?.data).toMatchObject({
			unreadable: true,
			payload: { nonce: expect.any(String), ciphertext: expect.any(String) },
		});
		expect(running.log.map(({ message }) => message).join()).toContain('another key');
		expect(running.shown).not.toContain(MASTER_KEY);
	});

	it('filters by event names with wildcards', async () => {
		const running = await trigger('orders', { events: 'order.*, pusher.x' });
		for (const name of ['other', 'order.a', 'x', 'order.b', 'xx']) {
			await soketi.pusher.trigger('orders', name, {});
		}
		await running.until(() => running.events.length === 3);
		expect(running.events.map(({ type }) => type)).toEqual([
			'pusher.order.a',
			'pusher.x',
			'pusher.order.b',
		]);
	});

	it('is emitted once by the field that the user names, and by an envelope that it carries', async () => {
		const running = await trigger('orders', { options: { eventIdField: 'order.id' } });
		const envelope = { specversion: '1.0', id: 'e1', source: '/shop', type: 'order.paid' };
		for (const payload of [{ order: { id: 5 } }, { order: { id: 5 } }, envelope, envelope, {}]) {
			await soketi.pusher.trigger('orders', 'e', payload);
		}
		await running.until(() => running.events.length === 3);
		expect(running.events.map(({ id }) => id).slice(0, 2)).toEqual(['e/5', 'e1']);
		expect(running.events[1]).toMatchObject({ source: '/shop', type: 'order.paid' });
		expect(running.keys[2]).toBeUndefined();
	});
});

describe('with clients', () => {
	it('tells who comes to a presence channel and who goes, and who was there', async () => {
		const running = await trigger('presence-room', { options: { reportMembers: true } });
		const pusher = await client();
		await joined(pusher, 'presence-room');
		pusher.disconnect();
		await running.until(() => running.events.length === 3);
		expect(running.events.map(({ type, data }) => [type, data.userId, data.memberCount])).toEqual([
			['pusher.subscription_succeeded', undefined, 1],
			['pusher.member_added', 'ana', 2],
			['pusher.member_removed', 'ana', 1],
		]);
		expect(running.events[1]?.data.payload).toEqual({ user_id: 'ana', user_info: { name: 'Ana' } });
	});

	it('hears client events of pusher-js, with their sender', async () => {
		const running = await trigger('presence-room', { events: 'client-*' });
		const channel = await joined(await client(), 'presence-room');
		channel.trigger('client-typing', { on: true });
		await running.until(() => running.events.length === 1);
		expect(running.events[0]).toMatchObject({
			type: 'pusher.client-typing',
			data: { userId: 'ana', payload: { on: true } },
		});
	});

	it('hears whispers of laravel-echo', async () => {
		const running = await trigger('private-commerce.5', { events: 'client-*' });
		const echo = new Echo({ broadcaster: 'pusher', client: await client() });
		const channel = echo.private('commerce.5');
		await new Promise((resolve) => channel.subscribed(() => resolve(undefined)));
		channel.whisper('typing', { n: 1 });
		await running.until(() => running.events.length === 1);
		expect(running.events[0]?.data).toMatchObject({
			event: 'client-typing',
			channel: 'private-commerce.5',
		});
	});

	it('a cache channel is not told again what it was told before', async () => {
		const proxy = await createProxy(soketi.port);
		closers.push(async () => await proxy.close());
		const running = await trigger('cache-price', {}, { port: proxy.port });
		await soketi.pusher.trigger('cache-price', 'price', { n: 1 });
		await running.until(() => running.events.length === 2);
		expect(running.events[0]?.type).toBe('pusher.cache_miss');
		proxy.cut();
		await soketi.pusher.trigger('cache-price', 'price', { n: 2 });
		proxy.restore();
		await running.until(() => running.events.length === 3);
		proxy.cut();
		proxy.restore();
		await running.until(
			() => running.log.filter(({ message }) => /again/.test(message)).length === 2,
		);
		await soketi.pusher.trigger('cache-price', 'price', { n: 3 });
		await running.until(() => running.payloads.length === 4);
		expect(running.payloads).toEqual([null, { n: 1 }, { n: 2 }, { n: 3 }]);
	});
});

describe('what cannot work fails the publication', () => {
	it.each([
		[{ key: 'other' }, 'orders', 'App key other does not exist. (code 4001)'],
		[{ key: 'base64:x' }, 'orders', "'Key' of the credential has a colon"],
		[{ secret: 'wrong' }, 'private-a', 'The connection is unauthorized'],
		[{ secret: '' }, 'private-a', "Fill in 'Secret'"],
		[{ encryptionMasterKey: '' }, 'private-encrypted-a', "'Encryption Master Key'"],
		[{}, '', "'Channels' is empty"],
		[{}, 'a b', "'Channels' contains a name that is not allowed: a b"],
	])('%j with %s', async (credential, channels, words) => {
		const error = await trigger(channels, {}, credential).then(
			() => undefined,
			(thrown: Error) => thrown,
		);
		expect(error?.message).toContain(words);
	});
});

describe('faults', () => {
	it.each(['stop', 'kill'] as const)(
		'comes back after soketi was ended (%s) and started',
		async (how) => {
			const running = await trigger('orders, private-a');
			await soketi[how]();
			await soketi.run();
			await running.until(() =>
				running.log.some(({ message }) => message.includes('connected again')),
			);
			await soketi.pusher.trigger('private-a', 'e', { n: 1 });
			await running.until(() => running.events.length === 1);
			expect(running.errors).toEqual([]);
			expect(running.log.map(({ message }) => message).join()).toContain('are lost because');
		},
	);

	it('starts before the server does', async () => {
		await soketi.kill();
		const running = await trigger('orders');
		expect(running.log[0]?.message).toContain('(ECONNREFUSED). Trying again');
		await soketi.run();
		await running.until(() =>
			running.log.some(({ message }) => message.includes('connected again')),
		);
		await soketi.pusher.trigger('orders', 'e', {});
		await running.until(() => running.events.length === 1);
	});

	it('a cut network: what is sent while it is connected arrives once, before and after', async () => {
		const proxy = await createProxy(soketi.port);
		closers.push(async () => await proxy.close());
		const credential = { ...soketi.credential, port: proxy.port };
		const listening = await PusherListening.start({ credential, channels: ['orders'] });
		closers.push(() => listening.close());
		await soketi.pusher.trigger('orders', 'e', 'before');
		await expect.poll(() => listening.payloads).toEqual(['before']);
		proxy.cut();
		await soketi.pusher.trigger('orders', 'e', 'lost');
		proxy.restore();
		await expect.poll(() => listening.gaps.length).toBe(1);
		await soketi.pusher.trigger('orders', 'e', 'after');
		await expect.poll(() => listening.payloads).toEqual(['before', 'after']);
	});

	it('10,000 events in a burst: all of them, once, in order, and no memory kept', async () => {
		setFlagsFromString('--expose-gc');
		const collect = runInNewContext('gc') as () => void;
		const running = await trigger('burst');
		let heap = 0;
		for (const round of [0, 1]) {
			for (let from = 0; from < 10_000; from += 1_000) {
				const batches = Array.from({ length: 100 }, (_, batch) =>
					Array.from({ length: 10 }, (_none, n) => ({
						channel: 'burst',
						name: 'e',
						data: { n: from + batch * 10 + n, text: 'x'.repeat(200) },
					})),
				);
				for (const batch of batches) await soketi.pusher.triggerBatch(batch);
			}
			await running.until(() => running.events.length === 10_000);
			const seen = running.payloads.map((payload) => (payload as { n: number }).n);
			expect(seen).toEqual(numbers(10_000));
			running.events.length = 0;
			running.keys.length = 0;
			collect();
			const { heapUsed } = process.memoryUsage();
			if (round === 1) expect(heapUsed - heap).toBeLessThan(5_000_000);
			heap = heapUsed;
		}
	});

	it('closes at once: nothing is handed over afterwards, and nobody is subscribed', async () => {
		const running = await trigger('orders');
		await running.close();
		await expect
			.poll(async () => await (await soketi.pusher.get({ path: '/channels' })).json())
			.toEqual({ channels: {} });
		await soketi.pusher.trigger('orders', 'e', {});
		expect(running.events).toEqual([]);
	});
});

describe('the test of the credential', () => {
	const run = async (credential: object) =>
		await testPusherCredential.call({} as never, {
			id: '1',
			name: 'Pusher',
			type: 'realtimeWebhooksPusherApi',
			data: { ...soketi.credential, ...credential } as never,
		});

	it('connects, and makes a signed request', async () => {
		expect(await run({})).toEqual({
			status: 'OK',
			message: 'Connection successful: it can be used to listen and broadcast',
		});
		expect(await run({ appId: '', secret: '' })).toEqual({
			status: 'OK',
			message: 'Connection successful: it can be used to listen',
		});
	});

	it.each([
		[{ key: 'other' }, /refused the connection: code 4001\. Check 'Key'/],
		[{ key: 'a:b' }, /'Key'.*colon/],
		[{ secret: 'wrong' }, /responded with 401\. Check 'Key', 'Secret' and 'Path'/],
		[{ appId: 'other' }, /responded with 404/],
		[{ secret: '' }, /'Secret'.*is empty/],
		[{ host: '', cluster: 'a b' }, /'Cluster'/],
	])('says what is wrong with %j', async (credential, words) => {
		const { status, message } = await run(credential);
		expect(status).toBe('Error');
		expect(message).toMatch(words);
		expect(message).not.toContain(APP.secret);
	});

	it('says that nobody is there', async () => {
		const [port] = await freePorts(1);
		expect((await run({ port })).message).toContain('No server accepts connections');
	});
});
