import { createAdapter } from '@socket.io/redis-adapter';
import { createClient } from '@redis/client';
import { io, type Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { INodeExecutionData } from 'n8n-workflow';
import { freePorts } from '../../scripts/support/ports.mts';
import { redisConnections } from '../../lib/realtime/redis.ts';
import { RealtimeBroadcast } from '../../nodes/Realtime/RealtimeBroadcast.node.ts';
import { redisIsInstalled, RedisServer } from '../support/redisServer.mts';
import { runAction, type ActionInput, type ActionOutcome } from '../support/runAction.mts';
import { TestSocketIoServer } from '../support/socketIoServer.mts';
import { createProxy } from '../support/tcpProxy.mts';

const node = new RealtimeBroadcast();
const items = (...json: object[]) => json.map((entry) => ({ json: entry }) as INodeExecutionData);
const jsonOf = ({ outputs }: ActionOutcome) => (outputs[0] ?? []).map(({ json }) => json);

/** A browser, say, with everything that it got. */
interface Listener {
	readonly got: Array<[string, unknown]>;
	readonly socket: Socket;
}

describe.skipIf(!redisIsInstalled)('a Socket.IO cluster (needs the package redis-server)', () => {
	let redis: RedisServer;
	let servers: TestSocketIoServer[] = [];
	const clients: Array<{ close(): Promise<void> }> = [];
	const listeners: Listener[] = [];

	beforeAll(async () => void (redis = await RedisServer.start()));
	afterAll(async () => await redis.stop());
	beforeEach(async () => await startServers());
	afterEach(async () => {
		redisConnections.closeAll();
		for (const { socket } of listeners.splice(0)) socket.disconnect();
		for (const server of servers.splice(0)) await server.close();
		for (const client of clients.splice(0)) await client.close();
	});

	/** Two servers that know of each other through Redis only. */
	async function startServers(key?: string): Promise<void> {
		servers = await Promise.all(
			[0, 1].map(async () => {
				const [publisher, subscriber] = [0, 1].map(() => createClient({ url: redis.url }));
				for (const client of [publisher, subscriber]) {
					if (client === undefined) continue;
					client.on('error', () => undefined);
					await client.connect();
					clients.push(client);
				}
				const adapter = createAdapter(publisher, subscriber, key === undefined ? {} : { key });
				return await TestSocketIoServer.start({ adapter, namespaces: ['/orders'] });
			}),
		);
		for (const server of servers) {
			for (const namespace of ['/', '/orders']) {
				server.io.of(namespace).on('connection', (socket) => {
					const { rooms } = socket.handshake.auth as { rooms: Array<number | string> };
					void socket.join(rooms as string[]);
					socket.emit('joined');
				});
			}
		}
	}

	async function join(
		server: number,
		namespace: string,
		...rooms: Array<number | string>
	): Promise<Listener> {
		const socket = io(`${servers[server]?.url}${namespace}`, {
			transports: ['websocket'],
			forceNew: true,
			auth: { rooms },
		});
		const listener: Listener = { socket, got: [] };
		listeners.push(listener);
		await new Promise<void>((resolve) => socket.once('joined', () => resolve()));
		socket.onAny((event: string, payload: unknown) => listener.got.push([event, payload]));
		return listener;
	}

	const send = async (
		input: INodeExecutionData[],
		parameters: object = {},
		{ port = redis.port, onError }: { port?: number; onError?: ActionInput['onError'] } = {},
	) =>
		await runAction(node, {
			items: input,
			parameters: {
				transport: 'socketIo',
				through: 'redis',
				namespace: '/',
				event: 'e',
				payload: 'item',
				...parameters,
			},
			credentials: { realtimeWebhooksRealtimeRedisApi: { host: '127.0.0.1', port } },
			onError,
		});

	/** What everybody has got when all that was sent before has arrived. */
	async function arrived(parameters: object = {}): Promise<Array<Listener['got']>> {
		const marks = listeners.map(
			async ({ socket }) =>
				await new Promise<void>((resolve) => socket.once('mark', () => resolve())),
		);
		for (const namespace of ['/', '/orders']) {
			await send(items({}), { ...parameters, namespace, event: 'mark', rooms: '', except: '' });
		}
		await Promise.all(marks);
		return listeners.map(({ got }) => got.filter(([event]) => event !== 'mark'));
	}

	it('reaches the clients of all servers, in the namespace only', async () => {
		await join(0, '/');
		await join(1, '/');
		await join(1, '/orders');
		const outcome = await send(items({ text: 'añ 😀', list: [1, null] }), { event: 'order.paid' });
		const event = ['order.paid', { text: 'añ 😀', list: [1, null] }];
		expect(await arrived()).toEqual([[event], [event], []]);
		expect(jsonOf(outcome)[0]?.broadcast).toMatchObject({
			transport: 'socketIo',
			event: 'order.paid',
			through: 'redis',
			namespace: '/',
			rooms: [],
			except: [],
			subscribers: 2,
			delivered: true,
		});
	});

	it('reaches rooms, each member once, and not those excepted', async () => {
		await join(0, '/orders', 'a');
		await join(1, '/orders', 'a', 'b');
		await join(0, '/orders', 'b', 'muted');
		await join(1, '/orders');
		const input = items(
			{ n: 1, rooms: 'a, b', except: '' },
			{ n: 2, rooms: 'a', except: '' },
			{ n: 3, rooms: ['b', 'nobody'], except: 'muted' },
			{ n: 4, rooms: '', except: 'a' },
		);
		await send(input, {
			namespace: 'orders',
			payload: 'field',
			payloadField: 'n',
			rooms: '={{ $json.rooms }}',
			except: '={{ $json.except }}',
		});
		const numbers = (await arrived()).map((got) => got.map(([, n]) => n));
		expect(numbers).toEqual([[1, 2], [1, 2, 3], [1, 4], [4]]);
	});

	it.each([
		['rooms', "'Rooms' is empty"],
		['except', "'Except Rooms' is empty"],
	])('an expression in %s that gives nothing is not everybody', async (name, message) => {
		await join(0, '/');
		const expression = { [name]: '={{ $json.shop }}' };
		const { error } = await send(items({ shop: 'a' }, { shop: [] }), expression);
		expect(error?.message).toContain(message);
		const failing = await send(items({}), expression, { onError: 'continueRegularOutput' });
		expect(jsonOf(failing)[0]).toMatchObject({
			error: { message: expect.stringContaining(message) },
		});
		expect(await arrived()).toEqual([[]]);
	});

	it('changes no value on the way that a client could send', async () => {
		await join(1, '/');
		const payload = {
			totals: [2 ** 64, 1e25, -(2 ** 63) - 2048, 2 ** 53, -1, 0.5],
			read: JSON.parse('{"id":123456789012345678901234567890}') as object,
			at: [new Date(0), new Date(NaN)],
			bytes: { typed: new Uint8Array([1, 255]), floats: new Float32Array([0.5]) },
			text: 'añ 😀',
		};
		await send(items(payload));
		await runAction(node, {
			items: items(payload),
			parameters: { transport: 'socketIo', through: 'client', namespace: '/', event: 'e' },
			credentials: { realtimeWebhooksSocketIoApi: { url: servers[0]?.url ?? '' } },
		});
		await servers[0]?.until(() => servers[0]?.received.length === 1);
		const [[[, throughRedis] = []] = []] = await arrived();
		expect(throughRedis).toEqual(servers[0]?.received[0]?.args[0]);
		expect(throughRedis).toMatchObject({ totals: payload.totals, at: [expect.any(String), null] });
	});

	it('sends nothing where one item cannot arrive, and the others with Continue on Fail', async () => {
		await join(0, '/');
		const bad = JSON.parse('{"order":{"lines":[{"__proto__":1}]}}') as object;
		const { error } = await send(items({ n: 1 }, bad, { n: 3 }));
		expect(error).toMatchObject({
			message: expect.stringContaining("'payload.order.lines.0.__proto__' would be lost"),
			context: { itemIndex: 1 },
		});
		expect(await arrived()).toEqual([[]]);
		const outcome = await send(
			items({ n: 1 }, bad, { n: 3 }),
			{},
			{
				onError: 'continueRegularOutput',
			},
		);
		expect(jsonOf(outcome).map((json) => 'error' in json)).toEqual([false, true, false]);
		expect((await arrived()).flat()).toEqual([
			['e', { n: 1 }],
			['e', { n: 3 }],
		]);
	});

	it('reaches rooms that servers joined by number, where the option says so', async () => {
		await join(0, '/', 42);
		await join(1, '/', '42');
		await join(0, '/', 42, 'muted', -7.5);
		await join(1, '/', '007');
		const input = items(
			{ n: 1, rooms: '42', except: '' },
			{ n: 2, rooms: 42, except: 'muted' },
			{ n: 3, rooms: [42, '007'], except: '-7.5' },
		);
		const parameters = { rooms: '={{ $json.rooms }}', except: '={{ $json.except }}' };
		const payload = { payload: 'field', payloadField: 'n' };
		await send(input, { ...parameters, ...payload });
		const numbers = async () => (await arrived()).map((got) => got.map(([, n]) => n));
		expect(await numbers()).toEqual([[], [1, 2, 3], [], [3]]);
		for (const { got } of listeners) got.length = 0;
		const outcome = await send(input, {
			...parameters,
			...payload,
			options: { roomsAreNumbers: true },
		});
		expect(await numbers()).toEqual([[1, 2, 3], [], [1], [3]]);
		expect(jsonOf(outcome)[2]?.broadcast).toMatchObject({ rooms: [42, '007'], except: [-7.5] });
	});

	it('uses the key prefix of the adapters', async () => {
		for (const server of servers.splice(0)) await server.close();
		await startServers('shop');
		await join(0, '/');
		const wrong = await send(items({ n: 1 }));
		expect(jsonOf(wrong)[0]?.broadcast).toMatchObject({
			subscribers: 0,
			delivered: false,
			hint: expect.stringContaining("'Key Prefix'"),
		});
		const options = { keyPrefix: 'shop' };
		const right = await send(items({ n: 2 }), { options });
		expect(jsonOf(right)[0]?.broadcast).toMatchObject({ subscribers: 2 });
		expect(await arrived({ options })).toEqual([[['e', { n: 2 }]]]);
	});

	it('says that nobody listens to a namespace that no server has', async () => {
		const outcome = await send(items({}), { namespace: '/nowhere' });
		expect(jsonOf(outcome)[0]?.broadcast).toMatchObject({ subscribers: 0, delivered: false });
	});

	it('sends 10,000 items at once: none lost, none twice, in order', async () => {
		await join(0, '/');
		await join(1, '/');
		const list = Array.from({ length: 10_000 }, (_, n) => ({ n }));
		const outcome = await send(items(...list));
		const wanted = list.map((json) => ['e', json]);
		expect(await arrived()).toEqual([wanted, wanted]);
		expect(jsonOf(outcome).every(({ broadcast }) => broadcast !== undefined)).toBe(true);
	});

	it('keeps the connection for the next execution, and makes a new one after it broke', async () => {
		const proxy = await createProxy(redis.port);
		const { port } = proxy;
		await send(items({}), {}, { port });
		await send(items({}), {}, { port });
		expect(proxy.connections).toBe(1);
		proxy.cut();
		const failed = await send(items({}, {}), {}, { port, onError: 'continueRegularOutput' });
		for (const json of jsonOf(failed)) {
			expect(json).toMatchObject({ error: { message: expect.stringContaining('Redis') } });
		}
		expect(jsonOf(failed)).toHaveLength(2);
		proxy.restore();
		const outcome = await send(items({}), {}, { port });
		expect(jsonOf(outcome)[0]?.broadcast).toMatchObject({ subscribers: 2 });
		expect(proxy.connections).toBe(2);
		await proxy.close();
	});

	it('names a Redis that is down', async () => {
		const [port = 0] = await freePorts(1);
		const { error } = await send(items({}), {}, { port });
		expect(error?.message).toBe(
			`No server accepts connections at 127.0.0.1:${port} (ECONNREFUSED)`,
		);
	});

	it.each([
		[{ event: 'connect' }, 'a name that Socket.IO reserves'],
		[{ event: ' ' }, "'Event' is empty"],
		[{ namespace: '/a,b' }, "'Namespace' has a comma"],
	])('refuses %j before anything is sent', async (parameters, message) => {
		await join(0, '/');
		const { error } = await send(items({}), parameters);
		expect(error?.message).toContain(message);
		expect(await arrived()).toEqual([[]]);
	});
});
