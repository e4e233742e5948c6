import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { INodeExecutionData } from 'n8n-workflow';
import { httpPools, PooledHttp } from '../../lib/net/http.ts';
import { channelSignature } from '../../lib/realtime/pusher/requestSignature.ts';
import { RealtimeBroadcast } from '../../nodes/Realtime/RealtimeBroadcast.node.ts';
import { PusherListening } from '../support/pusherListening.mts';
import { pusherClient, type PusherClient } from '../support/pusherClient.mts';
import { Reverb, REVERB_APP } from '../support/reverb.mts';
import { runAction, type ActionInput, type ActionOutcome } from '../support/runAction.mts';
import { APP, MASTER_KEY, Soketi } from '../support/soketi.mts';

const INSTALL_MS = 900_000;

const node = new RealtimeBroadcast();
const closers: Array<() => unknown> = [];

afterEach(async () => {
	for (const close of closers.splice(0)) await close();
	httpPools.closeAll();
});

interface RunOptions {
	credential: object;
	onError?: ActionInput['onError'];
}

async function run(
	items: object[],
	parameters: object,
	{ credential, onError }: RunOptions,
): Promise<ActionOutcome> {
	const outcome = await runAction(node, {
		items: items.map((json) => ({ json }) as INodeExecutionData),
		parameters: {
			transport: 'pusher',
			operation: 'send',
			channels: 'orders',
			event: 'e',
			payload: 'item',
			options: {},
			...parameters,
		},
		credentials: { realtimeWebhooksPusherApi: { ...credential } },
		onError,
	});
	for (const secret of [APP.secret, REVERB_APP.secret, MASTER_KEY]) {
		expect(outcome.stored).not.toContain(secret);
	}
	return outcome;
}

const jsonOf = ({ outputs }: ActionOutcome) => (outputs[0] ?? []).map(({ json }) => json);
const errorsOf = (outcome: ActionOutcome) =>
	jsonOf(outcome).map(({ error }) => (error as { message?: string } | undefined)?.message);
const numbered = (count: number) => Array.from({ length: count }, (_, n) => ({ n }));

describe('to soketi', () => {
	let soketi: Soketi;

	beforeAll(async () => void (soketi = await Soketi.start()), INSTALL_MS);
	afterAll(async () => await soketi?.kill());

	const send = async (items: object[], parameters: object = {}, more: Partial<RunOptions> = {}) =>
		await run(items, parameters, { credential: soketi.credential, ...more });

	async function listen(...channels: string[]): Promise<PusherListening> {
		const listening = await PusherListening.start({ credential: soketi.credential, channels });
		closers.push(() => listening.close());
		return listening;
	}

	async function client(): Promise<PusherClient> {
		const pusher = pusherClient(soketi.port, ({ socketId, channelName }, give) => {
			const theirs = soketi.pusher.authorizeChannel(socketId, channelName);
			give(null, theirs);
		});
		closers.push(() => pusher.disconnect());
		await new Promise((resolve) => pusher.connection.bind('connected', resolve));
		return pusher;
	}

	it('pusher-js gets the payload on channels of every kind, encrypted ones too', async () => {
		const pusher = await client();
		const names = ['orders', 'private-a', 'private-encrypted-a'];
		const heard: unknown[] = [];
		for (const name of names) {
			const channel = pusher.subscribe(name);
			await new Promise((resolve) => channel.bind('pusher:subscription_succeeded', resolve));
			channel.bind('order.paid', (payload: unknown) => heard.push([name, payload]));
		}
		const payload = { id: 1, text: 'añ 😀' };
		const outcome = await send([payload], { channels: names.join(','), event: 'order.paid' });
		await expect.poll(() => heard.length).toBe(3);
		expect(heard.sort()).toEqual(names.map((name) => [name, payload]).sort());
		const sentAt = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
		expect(jsonOf(outcome)).toEqual([
			{
				...payload,
				broadcast: { transport: 'pusher', event: 'order.paid', channels: names, sentAt },
			},
		]);
		expect(outcome.outputs[0]?.[0]?.pairedItem).toMatchObject({ item: 0 });
	});

	it('an envelope goes along as it is, and is one event at the other end', async () => {
		const envelope = { specversion: '1.0', id: 'e1', source: '/shop', type: 'order.paid' };
		const listening = await listen('orders');
		await send([envelope]);
		await expect.poll(() => listening.messages.length).toBe(1);
		expect(listening.messages[0]?.event).toMatchObject({ id: 'e1', source: '/shop' });
		expect(listening.messages[0]?.dedupeKey).toBeDefined();
	});

	it('leaves out the client that caused it', async () => {
		const [first, second] = [await client(), await client()];
		const heard: string[] = [];
		for (const [name, pusher] of Object.entries({ first, second })) {
			const channel = pusher.subscribe('orders');
			await new Promise((resolve) => channel.bind('pusher:subscription_succeeded', resolve));
			channel.bind('e', ({ n }: { n: number }) => heard.push(`${name} ${n}`));
		}
		const items = [
			{ n: 1, from: first.connection.socket_id },
			{ n: 2, from: '' },
		];
		await send(items, { options: { socketId: '={{ $json.from }}' } });
		await expect.poll(() => heard.length).toBe(3);
		expect(heard.sort()).toEqual(['first 2', 'second 1', 'second 2']);
	});

	it('1,000 items over two channels: all of them, each channel in order', async () => {
		const listening = await listen('even', 'odd');
		const items = numbered(1_000).map(({ n }) => ({ n, to: n % 2 === 0 ? 'even' : 'odd' }));
		const outcome = await send(items, { channels: '={{ $json.to }}' });
		expect(jsonOf(outcome).map(({ n }) => n)).toEqual(items.map(({ n }) => n));
		await expect.poll(() => listening.messages.length).toBe(1_000);
		for (const channel of ['even', 'odd']) {
			const got = listening.messages.filter(({ event }) => event.data.channel === channel);
			expect(got.map(({ event }) => (event.data.payload as { n: number }).n)).toEqual(
				items.filter(({ to }) => to === channel).map(({ n }) => n),
			);
		}
	});

	it('more than a hundred channels, as text or as a list', async () => {
		const channels = numbered(230).map(({ n }) => `c${n}`);
		const listening = await listen('c0', 'c150', 'c229');
		const outcome = await send([{ channels }], { channels: '={{ $json.channels }}' });
		await expect.poll(() => listening.messages.length).toBe(3);
		expect(jsonOf(outcome)[0]?.broadcast).toMatchObject({ channels });
	});

	it('refuses what soketi would refuse before anything is sent', async () => {
		const listening = await listen('orders');
		const items = [{ n: 1 }, { text: 'x'.repeat(102_400) }, { n: 3 }];
		const { error } = await send(items);
		expect(error?.message).toMatch(/has 1024\d\d bytes of data, but the server accepts 102400/);
		expect(error?.context?.itemIndex).toBe(1);
		const outcome = await send(items, {}, { onError: 'continueRegularOutput' });
		expect(errorsOf(outcome)).toEqual([undefined, expect.stringContaining('bytes'), undefined]);
		await expect.poll(() => listening.payloads).toEqual([{ n: 1 }, { n: 3 }]);
	});

	it('finds the event that the server turns down in a batch', async () => {
		const listening = await listen('orders');
		const items = numbered(10).map(({ n }) => (n === 4 ? { n, text: 'x'.repeat(102_400) } : { n }));
		const options = { sizeLimit: 1_000_000 };
		const outcome = await send(items, { options }, { onError: 'continueRegularOutput' });
		expect(errorsOf(outcome).map((message) => message !== undefined)).toEqual(
			items.map(({ n }) => n === 4),
		);
		expect(errorsOf(outcome)[4]).toMatch(
			/responded with 413 \(The event data should be less than 100 KB/,
		);
		await expect.poll(() => listening.messages.length).toBe(9);
	});

	it.each([
		[{ secret: 'wrong' }, /it responded with 401 \(The secret authentication failed\)/],
		[{ appId: 'other' }, /it responded with 404 \(The app other could not be found/],
		[{ secret: '' }, /'Secret' of the credential is empty/],
		[{ appId: '' }, /'App ID' of the credential is empty/],
		[{ key: 'a:b' }, /'Key' of the credential has a colon/],
	])('%j is an error, though soketi answers 200', async (wrong, words) => {
		const credential = { ...soketi.credential, ...wrong };
		const { error } = await send(numbered(100), {}, { credential });
		expect(error?.message).toMatch(words);
		const each = await send(numbered(3), {}, { credential, onError: 'continueRegularOutput' });
		for (const message of errorsOf(each)) expect(message).toMatch(words);
	});

	it('says what the user may wait for when nobody is there', async () => {
		// No system gives it to a program that asks for any.
		const port = 3;
		const credential = { ...soketi.credential, port };
		const outcome = await send(numbered(500), {}, { credential, onError: 'continueRegularOutput' });
		expect(new Set(errorsOf(outcome))).toEqual(
			new Set([`No server accepts connections at http://127.0.0.1:${port} (ECONNREFUSED)`]),
		);
	});

	it.each([
		[{ channels: ' , ' }, "'Channels' is empty"],
		[{ channels: 'a b' }, "'Channels' contains a name that is not allowed"],
		[{ event: 'pusher:x' }, 'reserves'],
		[{ options: { socketId: 'x' } }, "'Socket ID to Exclude'"],
		[{ options: { sizeLimit: 0 } }, "'Size Limit (Bytes)'"],
		[{ options: { requestTimeout: 0 } }, "'Request Timeout'"],
	])('%j is refused', async (parameters, words) => {
		expect((await send([{}], parameters)).error?.message).toContain(words);
	});

	describe('reading', () => {
		const pusher = (socketId: string, channel: string, id: string) => ({
			auth: channelSignature(APP, socketId, channel, JSON.stringify({ user_id: id })),
			channel_data: JSON.stringify({ user_id: id }),
		});

		async function member(id: string): Promise<void> {
			const joining = pusherClient(soketi.port, ({ socketId, channelName }, give) =>
				give(null, pusher(socketId, channelName, id)),
			);
			closers.push(() => joining.disconnect());
			const channel = joining.subscribe('presence-room');
			await new Promise((resolve) => channel.bind('pusher:subscription_succeeded', resolve));
		}

		it('channels, one channel, and who is in it', async () => {
			await member('ana');
			await member('bo');
			await listen('orders', 'other');
			const all = await send([{}], { operation: 'getChannels', returnAll: true });
			expect(jsonOf(all)).toHaveLength(3);
			const prefix = { filters: { prefix: 'presence-' }, returnAll: true };
			expect(jsonOf(await send([{}], { operation: 'getChannels', ...prefix }))).toEqual([
				{ channel: 'presence-room', subscriptionCount: 2, occupied: true },
			]);
			const limited = { operation: 'getChannels', returnAll: false, limit: 2 };
			expect(jsonOf(await send([{}], limited))).toHaveLength(2);
			const { error } = await send([{}], { ...limited, limit: '={{ "all" }}' });
			expect(error?.message).toBe("'Limit' is not a number from 1 up");
			const one = { operation: 'getChannel', channel: '={{ $json.name }}' };
			const outcome = await send([{ name: 'presence-room' }, { name: 'empty' }], one);
			expect(jsonOf(outcome)).toEqual([
				{ channel: 'presence-room', subscriptionCount: 2, occupied: true, userCount: 2 },
				{ channel: 'empty', subscriptionCount: 0, occupied: false },
			]);
			const who = { operation: 'getPresenceMembers', channel: 'presence-room', returnAll: true };
			expect(jsonOf(await send([{}], who))).toEqual([
				{ id: 'ana', channel: 'presence-room' },
				{ id: 'bo', channel: 'presence-room' },
			]);
		});

		it.each([
			[{ operation: 'getChannel', channel: ' ' }, "'Channel' is empty"],
			[{ operation: 'getChannel', channel: '../events' }, "'Channel' is not a valid channel name"],
			[{ operation: 'getPresenceMembers', channel: 'orders' }, 'only presence channels'],
		])('%j is refused', async (parameters, words) => {
			const { error } = await send([{}], parameters);
			expect(error?.message).toContain(words);
			expect(error?.context?.itemIndex).toBe(0);
		});
	});
});

describe('to a server like Reverb', () => {
	let reverb: Reverb;

	beforeEach(async () => void (reverb = await Reverb.start()));
	afterEach(async () => await reverb.close());

	const send = async (items: object[], parameters: object = {}, more: Partial<RunOptions> = {}) =>
		await run(items, parameters, { credential: reverb.credential, ...more });
	const paths = () => reverb.requests.map(({ path }) => path);

	it('fills requests up to its 10,000 bytes, head included, and no further', async () => {
		const items = numbered(400).map(({ n }) => ({ n, text: 'ñ'.repeat(n % 50) }));
		const outcome = await send(items);
		expect(outcome.error).toBeUndefined();
		const sent = reverb.requests.flatMap(({ body }) => (body as { batch: unknown[] }).batch);
		expect(sent.map((entry) => JSON.parse((entry as { data: string }).data) as unknown)).toEqual(
			items,
		);
		const bytes = reverb.requests.map((request) => request.bytes);
		expect(Math.max(...bytes)).toBeLessThanOrEqual(10_000);
		expect(Math.min(...bytes.slice(0, -1))).toBeGreaterThan(8_000);
	});

	it('sends nothing where one item cannot be sent, and the others with Continue on Fail', async () => {
		const items = [{ to: 'a' }, { to: 'no channel' }, { to: 'c' }];
		const { error } = await send(items, { channels: '={{ $json.to }}' });
		expect(error?.message).toContain('no channel');
		expect(error?.context?.itemIndex).toBe(1);
		expect(paths()).toEqual([]);
		const more = { onError: 'continueRegularOutput' } as const;
		const outcome = await send(items, { channels: '={{ $json.to }}' }, more);
		expect(errorsOf(outcome).map((message) => message !== undefined)).toEqual([false, true, false]);
		const sent = reverb.requests.map(({ body }) => (body as { channels: unknown }).channels);
		expect(sent).toEqual([['a'], ['c']]);
	});

	it('one event that is too large for a request is refused before it is sent', async () => {
		const outcome = await send(
			[{ text: 'x'.repeat(9_900) }, { n: 1 }],
			{},
			{
				onError: 'continueRegularOutput',
			},
		);
		expect(errorsOf(outcome)[0]).toMatch(/has about 10\d\d\d bytes, but the server accepts 10000/);
		expect(errorsOf(outcome)[1]).toBeUndefined();
		expect(paths()).toEqual(['/events']);
	});

	it('nothing is sent where one item is too large for a request', async () => {
		const items = [{ n: 1 }, { text: 'x'.repeat(9_900) }, { n: 3 }];
		const { error } = await send(items);
		expect(error?.message).toMatch(/has about 10\d\d\d bytes, but the server accepts 10000/);
		expect(error?.context?.itemIndex).toBe(1);
		expect(paths()).toEqual([]);
	});

	it('just below the limit it is sent, and the server takes it', async () => {
		const { error } = await send([{ text: 'x'.repeat(9_450) }]);
		expect(error).toBeUndefined();
		expect(reverb.requests[0]?.bytes).toBeGreaterThan(9_500);
	});

	it('tells how many are subscribed, where it is asked', async () => {
		const listening = await PusherListening.start({
			credential: reverb.credential,
			channels: ['orders'],
		});
		closers.push(() => listening.close());
		const items = [{ to: 'orders' }, { to: 'nobody' }];
		const options = { reportSubscriptions: true };
		const outcome = await send(items, { channels: '={{ $json.to }}', options });
		expect(jsonOf(outcome).map(({ broadcast }) => broadcast)).toMatchObject([
			{ subscriptions: { orders: 1 } },
			{ subscriptions: { nobody: 0 } },
		]);
		const both = await send([{}], { channels: 'orders, nobody', options });
		expect(jsonOf(both)[0]?.broadcast).toMatchObject({ subscriptions: { orders: 1, nobody: 0 } });
	});

	it('too much for now is tried again, as nothing was sent', async () => {
		reverb.nextAnswers.push([429, { message: 'Slow down' }]);
		const { error } = await send(numbered(2));
		expect(error).toBeUndefined();
		expect(paths()).toEqual(['/batch_events', '/batch_events']);
	});

	it.each([
		['drop' as const, /The connection to .* was interrupted \(UND_ERR_SOCKET\)/],
		['hang' as const, /did not respond within 0.3 seconds/],
	])('no answer (%s) is never tried again, and the rest not at all', async (answer, words) => {
		reverb.nextAnswers.push(answer);
		const outcome = await send(
			numbered(2_000).map(({ n }) => ({ n, text: 'x'.repeat(100) })),
			{ options: { requestTimeout: 0.3 } },
			{ onError: 'continueRegularOutput' },
		);
		expect(reverb.requests).toHaveLength(1);
		expect(errorsOf(outcome)).toHaveLength(2_000);
		for (const message of errorsOf(outcome)) expect(message).toMatch(words);
		const [first] = jsonOf(outcome);
		expect(JSON.stringify(first)).toContain('may or may not have acted');
	});

	it('one failed request is told by its items only', async () => {
		reverb.nextAnswers.push([500, { message: 'Server Error' }]);
		const items = numbered(4).map(({ n }) => ({ n, text: 'x'.repeat(4_000) }));
		const outcome = await send(items, {}, { onError: 'continueRegularOutput' });
		expect(errorsOf(outcome).map((message) => message?.includes('responded with 500'))).toEqual([
			true,
			true,
			undefined,
			undefined,
		]);
	});

	it('signs without the path in front of it, and finds out where a server wants it', async () => {
		expect((await send([{}])).error).toBeUndefined();
		expect(paths()).toEqual(['/events']);
		const credential = { ...reverb.credential, server: 'soketi' };
		expect((await send([{}], {}, { credential })).error).toBeUndefined();
		expect(paths()).toEqual(['/events', '/events', '/events']);
	});

	it('every answer ends its connection: all is sent all the same, once', async () => {
		const items = numbered(1_000);
		const outcome = await send(items, { channels: '={{ "c" + ($json.n % 7) }}' });
		expect(outcome.error).toBeUndefined();
		const sent = reverb.requests.flatMap(({ body }) => (body as { batch: unknown[] }).batch);
		expect(sent).toHaveLength(1_000);
	});

	it('a presence channel has no count of subscriptions, and none is made up', async () => {
		const listening = await PusherListening.start({
			credential: reverb.credential,
			channels: ['presence-a'],
		});
		closers.push(() => listening.close());
		const options = { reportSubscriptions: true };
		const outcome = await send([{}], { channels: 'presence-a, presence-b, nobody', options });
		expect(jsonOf(outcome)[0]?.broadcast).toMatchObject({ subscriptions: { nobody: 0 } });
		expect(jsonOf(outcome)[0]?.broadcast).not.toHaveProperty('subscriptions.presence-a');
	});

	it.each([
		[
			'a wrong secret',
			{ secret: 'wrong' },
			/it responded with 401 \(Authentication signature invalid\.\)/,
		],
		['another app', { appId: 'other' }, /it responded with 404 \(No matching application/],
		['another path', { path: '/other' }, /it responded with 404 \(Not found\.\)/],
	])('%s is told in its words, though they come without a length', async (_name, wrong, words) => {
		const { error } = await send([{}], {}, { credential: { ...reverb.credential, ...wrong } });
		expect(error?.message).toMatch(words);
	});

	describe('reading', () => {
		beforeEach(async () => {
			const channels = ['orders', 'presence-room'];
			const listening = await PusherListening.start({ credential: reverb.credential, channels });
			closers.push(() => listening.close());
		});

		const read = async (parameters: object) => {
			const outcome = await send([{}], { returnAll: true, ...parameters });
			expect(outcome.error).toBeUndefined();
			return jsonOf(outcome);
		};

		it('members of a channel that nobody is in are an empty list', async () => {
			const who = { operation: 'getPresenceMembers' };
			expect(await read({ ...who, channel: 'presence-room' })).toEqual([
				{ id: 'n8n', channel: 'presence-room' },
			]);
			expect(await read({ ...who, channel: 'presence-empty' })).toEqual([]);
		});

		it('members whom Reverb tells behind Redis, as an object with holes, are a list too', async () => {
			reverb.nextAnswers.push([200, { users: { '0': { id: '7' }, '2': { id: 'ana' } } }]);
			const who = { operation: 'getPresenceMembers', channel: 'presence-room' };
			expect(await read(who)).toEqual([
				{ id: '7', channel: 'presence-room' },
				{ id: 'ana', channel: 'presence-room' },
			]);
		});

		it.each([
			['another app', { appId: 'other' }],
			['another path', { path: '/other' }],
		])('a 404 of %s is none', async (_name, wrong) => {
			const who = { operation: 'getPresenceMembers', channel: 'presence-empty' };
			const credential = { ...reverb.credential, ...wrong };
			expect((await send([{}], who, { credential })).error?.message).toContain(
				'responded with 404',
			);
		});

		it('a channel that nobody is in is not occupied, and what was asked for is 0', async () => {
			const one = { operation: 'getChannel' };
			const counted = { options: { attributes: ['subscription_count', 'user_count'] } };
			expect(await read({ ...one, channel: 'orders', ...counted })).toEqual([
				{ channel: 'orders', occupied: true, subscriptionCount: 1 },
			]);
			expect(await read({ ...one, channel: 'empty', ...counted })).toEqual([
				{ channel: 'empty', occupied: false, subscriptionCount: 0 },
			]);
			expect(await read({ ...one, channel: 'presence-empty', ...counted })).toEqual([
				{ channel: 'presence-empty', occupied: false, userCount: 0 },
			]);
			expect(await read({ ...one, channel: 'empty' })).toEqual([
				{ channel: 'empty', occupied: false },
			]);
			reverb.nextAnswers.push([200, {}]);
			expect(await read({ ...one, channel: 'empty', ...counted })).toEqual([
				{ channel: 'empty', occupied: false, subscriptionCount: 0 },
			]);
		});

		it('channels are listed, an empty list too', async () => {
			const all = { operation: 'getChannels' };
			expect(await read(all)).toEqual([{ channel: 'orders' }, { channel: 'presence-room' }]);
			expect(await read({ ...all, filters: { prefix: 'none' } })).toEqual([]);
		});
	});

	it('a server of several nodes gathers counts for 10 seconds: there it is given 15', async () => {
		const asked = vi.spyOn(PooledHttp.prototype, 'request');
		closers.push(() => asked.mockRestore());
		const limits = () => asked.mock.calls.splice(0).map(([{ limitMs }]) => limitMs);
		await send([{}]);
		expect(limits()).toEqual([10_000]);
		await send([{}, {}], { options: { reportSubscriptions: true } });
		await send([{}], { options: { reportSubscriptions: true } });
		await send([{}], { operation: 'getChannels' });
		await send([{}], { operation: 'getChannel', channel: 'orders' });
		await send([{}], { operation: 'getPresenceMembers', channel: 'presence-room' });
		expect(limits()).toEqual([15_000, 15_000, 15_000, 15_000, 15_000]);
		await send([{}], { options: { reportSubscriptions: true, requestTimeout: 3 } });
		expect(limits()).toEqual([3_000]);
	});
});

describe('to other servers', () => {
	async function server(answer: (path: string) => readonly [number, string]) {
		const paths: string[] = [];
		const http = createServer((request, response) => {
			const path = new URL(request.url ?? '', 'http://x').pathname;
			request.resume().on('end', () => {
				paths.push(path);
				const [status, body] = answer(path);
				response.writeHead(status).end(body);
			});
		});
		await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
		closers.push(
			() => http.closeAllConnections(),
			() => http.close(),
		);
		const { port } = http.address() as AddressInfo;
		const credential = { ...APP, server: 'auto', host: '127.0.0.1', port, tls: false };
		return { http, paths, credential };
	}

	it('AnyCable gets single events, several at the same time', async () => {
		const { paths, credential } = await server(() => [200, '']);
		const items = numbered(20);
		const parameters = { channels: '={{ "c" + $json.n }}' };
		const { error } = await run(items, parameters, {
			credential: { ...credential, server: 'anycable' },
		});
		expect(error).toBeUndefined();
		expect(paths).toEqual(items.map(() => '/apps/app1/events'));
	});

	it('uses connections again, over items and executions', async () => {
		let sockets = 0;
		const { credential, http } = await server(() => [200, '{}']);
		http.on('connection', () => (sockets += 1));
		for (let n = 0; n < 20; n += 1) await run(numbered(50), {}, { credential });
		expect(sockets).toBeLessThanOrEqual(4);
	});

	it('a server without batches is found out, and gets single events', async () => {
		const { paths, credential } = await server((path) =>
			path.endsWith('/batch_events') ? [404, 'Not Found'] : [200, '{}'],
		);
		const { error } = await run(numbered(5), {}, { credential });
		expect(error).toBeUndefined();
		expect(paths.map((path) => path.replace('/apps/app1', ''))).toEqual([
			'/batch_events',
			...numbered(5).map(() => '/events'),
		]);
	});

	it.each([
		[[200, '<html>welcome</html>'] as const, /something other than a JSON object/],
		[[302, ''] as const, /responded with 302/],
		[[403, '{"message":"over quota"}'] as const, /responded with 403 \(over quota\)/],
	])('%j is an error', async (answer, words) => {
		const { credential } = await server(() => answer);
		expect((await run([{}], {}, { credential })).error?.message).toMatch(words);
	});
});
