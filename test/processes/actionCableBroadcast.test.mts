import type { ICredentialDataDecryptedObject, INode, INodeExecutionData } from 'n8n-workflow';
import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { httpPools } from '../../lib/net/http.ts';
import { redisConnections } from '../../lib/realtime/redis.ts';
import { RealtimeBroadcast } from '../../nodes/Realtime/RealtimeBroadcast.node.ts';
import { ActionCableClient } from '../support/actionCableClient.mts';
import { AnyCableStandIn } from '../support/anyCable.mts';
import { core } from '../support/n8nCore.mts';
import {
	CHANNEL_PREFIX,
	RAILS_PACKAGES,
	railsIsInstalled,
	RailsServer,
} from '../support/rails.mts';
import { RedisServer } from '../support/redisServer.mts';
import { runAction, type ActionOutcome } from '../support/runAction.mts';

const PASSWORD = 'redis-pa55word';
const KEY = 'broadcast-5ecret-key';

const items = (count: number): INodeExecutionData[] =>
	Array.from({ length: count }, (_, n) => ({ json: { n } }));

/** What the node added to each item. */
const results = ({ outputs }: ActionOutcome) => outputs[0]?.map(({ json }) => json.broadcast) ?? [];

async function testCredential(
	name: 'testActionCableCredential' | 'testRealtimeRedisCredential',
	data: ICredentialDataDecryptedObject,
) {
	const test = new RealtimeBroadcast().methods.credentialTest[name];
	return await test.call(new core.CredentialTestContext(), {
		id: '1',
		name: 'test',
		type: 'test',
		data,
	});
}

afterEach(() => {
	redisConnections.closeAll();
	httpPools.closeAll();
});

const rubyName = railsIsInstalled
	? 'broadcasting through Redis to Rails'
	: `broadcasting through Redis to Rails (to run it, install ${RAILS_PACKAGES})`;

describe.skipIf(!railsIsInstalled)(rubyName, () => {
	let redis: RedisServer;
	let rails: RailsServer;

	beforeAll(async () => {
		redis = await RedisServer.start('--requirepass', PASSWORD);
		const url = redis.url.replace('//', `//:${PASSWORD}@`);
		rails = await RailsServer.start(url);
	}, 180_000);

	afterAll(async () => {
		await rails.stop();
		await redis.stop();
	});

	function credential(more: ICredentialDataDecryptedObject = {}): ICredentialDataDecryptedObject {
		const { port } = redis;
		return {
			host: '127.0.0.1',
			port,
			user: '',
			password: PASSWORD,
			database: 0,
			tls: false,
			...more,
		};
	}

	async function broadcast(
		input: INodeExecutionData[],
		parameters: INode['parameters'] = {},
		more: { credential?: ICredentialDataDecryptedObject; onError?: INode['onError'] } = {},
	): Promise<ActionOutcome> {
		return await runAction(new RealtimeBroadcast(), {
			items: input,
			parameters: {
				transport: 'actionCable',
				through: 'redis',
				streams: 'webhooks',
				channelPrefix: CHANNEL_PREFIX,
				event: 'order.paid',
				messageFormat: 'eventAndPayload',
				payload: 'item',
				...parameters,
			},
			credentials: { realtimeWebhooksRealtimeRedisApi: more.credential ?? credential() },
			onError: more.onError,
		});
	}

	async function client(channel: object): Promise<ActionCableClient> {
		return await ActionCableClient.subscribe(rails.url, channel);
	}

	it('publishes nothing where one item cannot be sent', async () => {
		const hooks = await client({ channel: 'WebhookChannel' });
		const streams = "={{ $json.n === 2 ? '' : 'webhooks' }}";
		const { error } = await broadcast(items(4), { streams });
		expect(error?.message).toBe("'Streams' is empty");
		await broadcast([{ json: { n: 9 } }]);
		await hooks.until(1);
		expect(hooks.received).toMatchObject([{ payload: { n: 9 } }]);
		hooks.close();
	});

	it('reaches the clients of the streams, as event and payload, or as the payload alone', async () => {
		const [hooks, room] = await Promise.all([
			client({ channel: 'WebhookChannel' }),
			client({ channel: 'RoomChannel', room: '1' }),
		]);
		const sent = await broadcast([{ json: { id: 7, text: 'añ 😀' } }], {
			streams: 'webhooks, room_1,webhooks',
		});
		await Promise.all([hooks.until(1), room.until(1)]);
		const message = { event: 'order.paid', payload: { id: 7, text: 'añ 😀' } };
		expect([hooks.received, room.received]).toEqual([[message], [message]]);
		expect(results(sent)).toMatchObject([
			{
				transport: 'actionCable',
				event: 'order.paid',
				through: 'redis',
				delivered: true,
				subscribers: 2,
				streams: [
					{ stream: 'webhooks', channel: `${CHANNEL_PREFIX}:webhooks`, subscribers: 1 },
					{ stream: 'room_1', channel: `${CHANNEL_PREFIX}:room_1`, subscribers: 1 },
				],
			},
		]);
		await broadcast([{ json: { id: 8 } }], { messageFormat: 'payload' });
		await hooks.until(2);
		expect(hooks.received[1]).toEqual({ id: 8 });
		hooks.close();
		room.close();
	});

	it('says where nobody listens', async () => {
		const wrong = await broadcast(items(1), { channelPrefix: 'otherapp' });
		expect(results(wrong)).toMatchObject([
			{
				delivered: false,
				subscribers: 0,
				hint: expect.stringContaining("'Channel Prefix' is not the channel_prefix") as string,
			},
		]);
		const none = await broadcast(items(1), { channelPrefix: '', streams: 'nobody' });
		expect(results(none)).toMatchObject([{ streams: [{ channel: 'nobody', subscribers: 0 }] }]);
	});

	it('sends 2,000 items, all of them, over one connection', async () => {
		const other = await client({ channel: 'WebhookChannel' });
		const sent = await broadcast(items(2_000), { streams: '={{ ["webhooks"] }}' });
		await other.until(2_000);
		const seen = other.received.map((message) => (message as { payload: { n: number } }).payload.n);
		expect(new Set(seen).size).toBe(2_000);
		expect(results(sent).every((result) => (result as { delivered: boolean }).delivered)).toBe(
			true,
		);
		expect(redisConnections.size).toBe(1);
		other.close();
	});

	it('names the item and the parameter of what cannot be sent', async () => {
		const empty = await broadcast(items(2), { streams: '={{ $json.n === 1 ? " , " : "a" }}' });
		expect(empty.error?.message).toBe("'Streams' is empty");
		expect(empty.error?.context).toMatchObject({ itemIndex: 1 });
		const reserved = await broadcast(items(1), { streams: '_action_cable_internal' });
		expect(reserved.error?.message).toContain('_action_cable_internal');
		const some = await broadcast(
			items(2),
			{ streams: '={{ $json.n === 0 ? "" : "a" }}' },
			{ onError: 'continueRegularOutput' },
		);
		expect(some.outputs[0]?.map(({ json }) => Object.keys(json))).toEqual([
			['error'],
			['n', 'broadcast'],
		]);
	});

	it('quotes Redis where it refuses, and hides the password', async () => {
		const wrong = await broadcast(
			items(1),
			{},
			{ credential: credential({ password: 'wr0ng-one' }) },
		);
		expect(wrong.error?.message).toContain('WRONGPASS');
		expect(wrong.stored).not.toContain('wr0ng-one');
		const none = await broadcast(items(1), {}, { credential: credential({ password: '' }) });
		expect(none.error?.message).toContain('NOAUTH');
		const dead = await broadcast(items(3), {}, { credential: credential({ port: 1 }) });
		expect(dead.error?.message).toContain('No server accepts connections at 127.0.0.1:1');
		const host = await broadcast(items(1), {}, { credential: credential({ host: redis.url }) });
		expect(host.error?.message).toBe("'Host' of the Redis credential is not a host name");
	});

	it('the credential test logs in and asks PING', async () => {
		const test = async (more: ICredentialDataDecryptedObject) =>
			await testCredential('testRealtimeRedisCredential', credential(more));
		expect(await test({})).toMatchObject({ status: 'OK' });
		expect(await test({ password: 'wr0ng-one' })).toMatchObject({
			status: 'Error',
			message: expect.stringContaining('WRONGPASS') as string,
		});
		expect(await test({ password: '' })).toMatchObject({
			status: 'Error',
			message: expect.stringContaining('NOAUTH') as string,
		});
		expect(await test({ database: 99 })).toMatchObject({
			message: expect.stringContaining("Correct 'Database'") as string,
		});
		expect(await test({ tls: true })).toMatchObject({ status: 'Error' });
	});

	it("the cable's credential test waits for Rails' welcome", async () => {
		const test = async (more: ICredentialDataDecryptedObject) =>
			await testCredential('testActionCableCredential', { url: rails.url, ...more });
		expect(await test({})).toEqual({ status: 'OK', message: 'Connection successful' });
		const url = `ws://127.0.0.1:${rails.port}/cable?token=tok-5ecret`;
		const refused = await test({ url });
		expect(refused.message).toContain('ended the connection (unauthorized)');
		expect(refused.message).not.toContain('tok-5ecret');
		expect((await test({ origin: 'https://x.example' })).message).toContain("Set 'Origin'");
		expect((await test({ url: '' })).message).toContain("'URL' of the Action Cable credential");
	});

	// The last one: Rails 6.1 ends when it loses its Redis.
	it('connects anew after Redis was restarted', async () => {
		expect(results(await broadcast(items(1)))).toHaveLength(1);
		await redis.stop();
		// The first one may be the one that notices.
		await expect
			.poll(async () => (await broadcast(items(1))).error?.message)
			.toContain('No server accepts connections');
		await redis.start();
		expect(results(await broadcast(items(1)))).toHaveLength(1);
	});
});

describe('broadcasting over HTTP to AnyCable', () => {
	let server: AnyCableStandIn;

	beforeAll(async () => {
		server = new AnyCableStandIn(KEY);
		await server.start();
	});

	afterAll(async () => await server.stop());

	const endpoint = () => `http://127.0.0.1:${server.port}/_broadcast`;

	async function broadcast(
		input: INodeExecutionData[],
		parameters: INode['parameters'] = {},
		credential: ICredentialDataDecryptedObject = {},
		onError?: INode['onError'],
	): Promise<ActionOutcome> {
		server.broadcasts.length = 0;
		return await runAction(new RealtimeBroadcast(), {
			items: input,
			parameters: {
				transport: 'actionCable',
				through: 'http',
				streams: 'webhooks',
				event: 'order.paid',
				messageFormat: 'eventAndPayload',
				payload: 'item',
				...parameters,
			},
			credentials: {
				realtimeWebhooksActionCableApi: {
					broadcastUrl: endpoint(),
					broadcastKey: KEY,
					...credential,
				},
			},
			onError,
		});
	}

	it('reaches the clients of the streams', async () => {
		const other = await ActionCableClient.subscribe(server.url, { channel: 'webhooks' });
		const sent = await broadcast([{ json: { id: 7, text: 'añ 😀' } }], {
			streams: ['webhooks', 'x'],
		});
		await other.until(1);
		expect(other.received).toEqual([{ event: 'order.paid', payload: { id: 7, text: 'añ 😀' } }]);
		expect(results(sent)).toMatchObject([
			{ through: 'http', streams: ['webhooks', 'x'], accepted: true },
		]);
		other.close();
	});

	it('sends many items in few requests, in order', async () => {
		const sent = await broadcast(items(1_200));
		expect(results(sent)).toHaveLength(1_200);
		expect(server.broadcasts.map(({ publications }) => (publications as []).length)).toEqual([
			500, 500, 200,
		]);
		const numbers = server.broadcasts
			.flatMap(({ publications }) => publications as Array<{ data: string }>)
			.map(({ data }) => (JSON.parse(data) as { payload: { n: number } }).payload.n);
		expect(numbers).toEqual(Array.from({ length: 1_200 }, (_, n) => n));
	});

	it('splits by bytes too', async () => {
		const large = Array.from({ length: 5 }, () => ({ json: { text: '"'.repeat(100_000) } }));
		await broadcast(large);
		const counts = server.broadcasts.map(({ publications }) => (publications as []).length);
		// Each quote is four bytes in JSON inside of JSON.
		expect(counts).toEqual([1, 1, 1, 1, 1]);
	});

	it.each([
		[401, "does not accept 'Broadcast Key'"],
		[404, "does not accept broadcasts at 'Broadcast URL'"],
		[422, 'could not read the request'],
		[501, 'could not process it'],
		[503, 'may or may not have been sent'],
	])('says what HTTP status %s means, and does not send again', async (status, words) => {
		server.faults.push(status);
		const { error } = await broadcast(items(1));
		expect(error?.message).toContain(`did not accept the broadcast: HTTP status ${status}`);
		expect(error?.description).toContain(words);
		expect(server.broadcasts).toHaveLength(1);
	});

	it('sends nothing where one item cannot be sent', async () => {
		const streams = "={{ $json.n === 2 ? '' : 'webhooks' }}";
		const { error } = await broadcast(items(4), { streams });
		expect(error?.message).toBe("'Streams' is empty");
		expect(server.broadcasts).toEqual([]);
		const sent = await broadcast(items(4), { streams }, {}, 'continueRegularOutput');
		const failed = sent.outputs[0]?.map(({ json }) => 'error' in json);
		expect(failed).toEqual([false, false, true, false]);
	});

	it('gives each item its own result where one request of several fails', async () => {
		server.faults.push(501);
		const sent = await broadcast(items(501), {}, {}, 'continueRegularOutput');
		const failed = sent.outputs[0]?.map(({ json }) => 'error' in json) ?? [];
		expect(failed.filter(Boolean)).toHaveLength(500);
		expect(failed.at(-1)).toBe(false);
	});

	it('refuses a wrong key, and shows none', async () => {
		const wrong = await broadcast(items(1), {}, { broadcastKey: 'wr0ng-key' });
		expect(wrong.error?.description).toContain("'Broadcast Key'");
		expect(wrong.stored).not.toContain('wr0ng-key');
		const empty = await broadcast(items(1), {}, { broadcastUrl: '' });
		expect(empty.error?.message).toBe("'Broadcast URL' of the Action Cable credential is empty");
	});

	it('tries again only what surely did not arrive', async () => {
		let connections = 0;
		const mute = createServer((socket) => {
			connections += 1;
			socket.once('data', () => socket.destroy());
		});
		await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
		const { port } = mute.address() as { port: number };
		const broadcastUrl = `http://127.0.0.1:${port}/_broadcast`;
		const lost = await broadcast(items(1), {}, { broadcastUrl });
		expect(lost.error?.description).toContain('may or may not have acted');
		expect(connections).toBe(1);
		await new Promise((resolve) => mute.close(resolve));
		const refused = broadcast(items(1), {}, { broadcastUrl });
		// Comes back while it is being tried again.
		await new Promise<void>((resolve) => mute.listen(port, '127.0.0.1', resolve));
		expect((await refused).error).toBeDefined();
		await new Promise((resolve) => mute.close(resolve));
	});

	it('the credential test asks whether the key is right, and reaches nobody', async () => {
		const test = async (more: ICredentialDataDecryptedObject) =>
			await testCredential('testActionCableCredential', {
				broadcastUrl: endpoint(),
				broadcastKey: KEY,
				...more,
			});
		expect(await test({})).toMatchObject({ status: 'OK' });
		expect(await test({ url: server.url })).toMatchObject({ status: 'OK' });
		expect((await test({ broadcastKey: 'wr0ng-key' })).message).toContain("'Broadcast Key'");
		expect((await test({ broadcastUrl: `${endpoint()}s` })).message).toContain('HTTP status 404');
		expect((await test({ broadcastUrl: 'anycable' })).message).toContain("'Broadcast URL'");
	});
});
