import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ICredentialDataDecryptedObject, INode } from 'n8n-workflow';
import { freePorts } from '../../scripts/support/ports.mts';
import { TestSocketIoServer } from '../support/socketIoServer.mts';
import { RunningTrigger, type TriggerInput } from '../support/socketIoTrigger.mts';
import { createProxy, type TcpProxy } from '../support/tcpProxy.mts';

const SECRET = 'tok-5ecret-value';
const RECOVERY = { connectionStateRecovery: { maxDisconnectionDuration: 120_000 } };

type ServerOptions = Parameters<typeof TestSocketIoServer.start>[0];

let server: TestSocketIoServer;
let proxy: TcpProxy | undefined;
const triggers: RunningTrigger[] = [];

beforeEach(async () => void (server = await TestSocketIoServer.start()));
afterEach(async () => {
	for (const trigger of triggers.splice(0)) await trigger.close();
	await proxy?.close();
	proxy = undefined;
	await server.close();
});

async function serve(options: ServerOptions): Promise<void> {
	await server.close();
	server = await TestSocketIoServer.start(options);
}

interface ListenOptions extends Partial<Omit<TriggerInput, 'credential' | 'parameters'>> {
	credential?: ICredentialDataDecryptedObject;
}

async function listen(
	parameters: INode['parameters'] = {},
	{ credential, ...input }: ListenOptions = {},
): Promise<RunningTrigger> {
	const trigger = await RunningTrigger.start({
		parameters: { transport: 'socketIo', events: '*', ...parameters },
		credential: { url: server.url, path: '/socket.io', auth: '', headers: '', ...credential },
		...input,
	});
	triggers.push(trigger);
	return trigger;
}

/** Through a proxy, so that the network can fail. */
async function listenThroughProxy(parameters: INode['parameters'] = {}, input: ListenOptions = {}) {
	proxy = await createProxy(server.port);
	const credential = { url: `http://127.0.0.1:${proxy.port}` };
	return { proxy, trigger: await listen(parameters, { ...input, credential }) };
}

const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, n) => from + n);

describe('what an event becomes', () => {
	it('is an envelope with the first argument as payload', async () => {
		const trigger = await listen();
		const before = Date.now();
		server.io.emit('order.paid', { id: 7, text: 'añ 😀' }, 'more');
		await trigger.until(() => trigger.events.length === 1);
		const [event] = trigger.events;
		expect(event).toMatchObject({
			specversion: '1.0',
			source: `/socketio/127.0.0.1:${server.port}/`,
			type: 'socketio.order.paid',
			verification: 'connection',
			data: {
				event: 'order.paid',
				namespace: '/',
				payload: { id: 7, text: 'añ 😀' },
				raw: { event: 'order.paid', args: [{ id: 7, text: 'añ 😀' }] },
			},
		});
		expect(event?.data).not.toHaveProperty('args');
		expect(event?.id).toMatch(/^[\w-]+\/1$/);
		expect(Date.parse(event?.time ?? '')).toBeGreaterThanOrEqual(before);
		// The server gives no identity: the same again is an event of its own.
		expect(trigger.keys).toEqual([undefined]);
		server.io.emit('order.paid', { id: 7, text: 'añ 😀' }, 'more');
		await trigger.until(() => trigger.events.length === 2);
		expect(trigger.events[1]?.id).not.toBe(event?.id);
	});

	it('shows all arguments where they are asked for', async () => {
		const trigger = await listen({ options: { arguments: 'all' } });
		server.io.emit('e', 1, 'two', { three: [null] });
		server.io.emit('none');
		await trigger.until(() => trigger.events.length === 2);
		expect(trigger.events.map(({ data }) => data.args)).toEqual([
			[1, 'two', { three: [null] }],
			[],
		]);
		expect(trigger.payloads).toEqual([1, null]);
	});

	it('brings binary data as base64, up to a limit', async () => {
		await serve({ maxHttpBufferSize: 1e8 });
		const trigger = await listen({ options: { arguments: 'all' } });
		const large = Buffer.alloc(4 * 1024 * 1024 + 1, 1);
		server.io.emit('file', { name: 'a', data: Buffer.from('hola') }, large);
		await trigger.until(() => trigger.events.length === 1);
		expect(trigger.events[0]?.data.args).toEqual([
			{ name: 'a', data: { bytes: 4, base64: 'aG9sYQ==' } },
			{ bytes: large.length, base64: null },
		]);
	});

	it('starts the workflow with the wanted events only', async () => {
		const trigger = await listen({ events: 'order.*, socketio.chat' });
		for (const name of ['order.paid', 'orders', 'chat', 'chat2', 'order.']) server.io.emit(name, 1);
		server.io.emit('order.last', 1);
		await trigger.until(() => trigger.events.at(-1)?.type === 'socketio.order.last');
		const types = trigger.events.map(({ type }) => type);
		expect(types).toEqual([
			'socketio.order.paid',
			'socketio.chat',
			'socketio.order.',
			'socketio.order.last',
		]);
	});

	it('listens to the namespace, path, auth, query and headers of node and credential', async () => {
		await serve({ namespaces: ['/orders'], path: '/live/io' });
		const seen = new Promise((resolve) =>
			server.io.of('/orders').use((socket, next) => {
				const { auth, headers, query } = socket.handshake;
				resolve([auth, headers.cookie, headers.authorization, query.tenant]);
				next();
			}),
		);
		const credential = {
			url: `${server.url}/?tenant=t1`,
			path: '/live/io',
			auth: JSON.stringify({ token: SECRET }),
			headers: JSON.stringify({ Cookie: 'a=1', Authorization: `Bearer ${SECRET}` }),
		};
		const trigger = await listen({ namespace: 'orders' }, { credential });
		expect(await seen).toEqual([{ token: SECRET }, 'a=1', `Bearer ${SECRET}`, 't1']);
		server.io.of('/').emit('elsewhere');
		server.io.of('/orders').emit('here');
		await trigger.until(() => trigger.events.length === 1);
		const source = `/socketio/127.0.0.1:${server.port}/orders`;
		expect(trigger.events[0]).toMatchObject({
			source,
			data: { event: 'here', namespace: '/orders' },
		});
		expect(trigger.shown).not.toContain(SECRET);
	});

	it('acknowledges with nothing what asks for it', async () => {
		const trigger = await listen({ options: { arguments: 'all' } });
		const answer = await server.io.timeout(10_000).emitWithAck('question', 'really');
		expect(answer).toEqual([undefined]);
		expect(trigger.events[0]?.data.args).toEqual(['really']);
	});

	it('passes an event once that its field or its own envelope identifies', async () => {
		const trigger = await listen({ options: { eventIdField: 'order.id' } });
		const envelope = {
			specversion: '1.0',
			id: '3EB0AA',
			source: '/inbox-hub/sales_1',
			type: 'whatsapp.message.received',
			subject: 'someone',
			time: '2026-11-07T12:21:58.000Z',
			data: { text: 'hola', raw: { a: 1 } },
		};
		for (const payload of [{ order: { id: 7 } }, { order: { id: 7 } }, envelope, envelope]) {
			server.io.emit('e', payload);
		}
		server.io.emit('other', { order: { id: 7 } });
		await trigger.until(() => trigger.events.length === 3);
		expect(trigger.events).toMatchObject([
			{ id: 'e/7', type: 'socketio.e' },
			envelope,
			{ id: 'other/7', type: 'socketio.other' },
		]);
		expect(trigger.keys).toEqual([
			expect.stringMatching(/^workflow-1:node-0:.*\|e\/7$/),
			'workflow-1:node-0:/inbox-hub/sales_1|3EB0AA',
			expect.stringMatching(/\|other\/7$/),
		]);
	});

	it('keeps the digits of whole numbers that JavaScript cannot hold', async () => {
		await serve({ namespaces: ['/12345678901234567'] });
		const namespace = '/12345678901234567';
		const trigger = await listen({ namespace, options: { eventIdField: 'id' } });
		const text = (id: string) => `42${namespace},["order",{"id":${id},"text":"n ${id}"}]`;
		for (const id of ['1234567890123456789', '1234567890123456790']) {
			const clients = Object.values(
				(server.io.engine as unknown as { clients: Record<string, { write(t: string): void }> })
					.clients,
			);
			for (const client of clients) client.write(text(id).slice(1));
		}
		await trigger.until(() => trigger.events.length === 2);
		expect(trigger.payloads).toEqual(
			['1234567890123456789', '1234567890123456790'].map((id) => ({ id, text: `n ${id}` })),
		);
		expect(trigger.events.map(({ id }) => id)).toEqual([
			'order/1234567890123456789',
			'order/1234567890123456790',
		]);
	});

	it("shows the next event in the editor when 'Listen' was clicked", async () => {
		const trigger = await listen({}, { mode: 'manual' });
		expect(server.connections).toBe(0);
		await trigger.listen();
		server.io.emit('e', 1);
		await trigger.until(() => trigger.events.length === 1);
		expect(trigger.payloads).toEqual([1]);
	});
});

describe('a server with connection state recovery', () => {
	beforeEach(async () => await serve({ ...RECOVERY, pingInterval: 200, pingTimeout: 200 }));

	it.each(['first', 'all'])('never shows its offset (arguments: %s)', async (kind) => {
		const trigger = await listen({ options: { arguments: kind } });
		await server.until(() => server.open === 1);
		server.io.emit('none');
		server.io.emit('one', 'text');
		server.io.emit('two', { a: 1 }, 'text');
		server.io.sockets.sockets.values().next().value?.emit('direct', 'to one');
		await trigger.until(() => trigger.events.length === 4);
		// These two are not kept by the server, and have no offset.
		server.io.volatile.emit('volatile', 'a text of its own');
		await server.io.timeout(10_000).emitWithAck('question', 'answerme');
		const args = [
			[],
			['text'],
			[{ a: 1 }, 'text'],
			['to one'],
			['a text of its own'],
			['answerme'],
		];
		expect(trigger.payloads).toEqual(args.map(([first]) => first ?? null));
		const shown = trigger.events.map(({ data }) => data.args);
		expect(shown).toEqual(kind === 'all' ? args : args.map(() => undefined));
		expect(trigger.keys.map((key) => key === undefined)).toEqual([
			...Array(4).fill(false),
			true,
			true,
		]);
	});

	it('keeps the last word of volatile events, and all of them apart', async () => {
		const { trigger, proxy: network } = await listenThroughProxy({ options: { arguments: 'all' } });
		server.io.emit('n', 0);
		await trigger.until(() => trigger.events.length === 1);
		const kept = trigger.kept();
		// One after the other: of a burst, a server drops what it cannot write at once.
		for (const [order, word] of [
			[1, 'delivered'],
			[2, 'delivered'],
			[3, 'delivered'],
			[4, 'sent'],
		] as const) {
			server.io.volatile.emit('status', { order }, word);
			await trigger.until(() => trigger.events.length === order + 1);
		}
		expect(trigger.events.slice(1).map(({ data }) => data.args)).toEqual([
			[{ order: 1 }, 'delivered'],
			[{ order: 2 }, 'delivered'],
			[{ order: 3 }, 'delivered'],
			[{ order: 4 }, 'sent'],
		]);
		expect(trigger.keys.slice(1)).toEqual(Array(4).fill(undefined));
		expect(trigger.kept()).toEqual(kept);
		// And the word is not what the server is asked to go on from.
		network.cut();
		await server.until(() => server.open === 0);
		for (const n of [5, 6]) server.io.emit('n', n);
		network.restore();
		await trigger.until(() => trigger.events.length === 7);
		expect(trigger.payloads.slice(5)).toEqual([5, 6]);
		await trigger.until(() => trigger.log.length > 0);
		expect(trigger.log.at(-1)?.message).toContain('nothing was missed');
	});

	it('gets what was sent while the network was cut, once and in order', async () => {
		const { trigger, proxy: network } = await listenThroughProxy();
		server.io.emit('n', 0);
		await trigger.until(() => trigger.events.length === 1);
		network.cut();
		await server.until(() => server.open === 0);
		for (const n of numbers(50, 1)) server.io.emit('n', n);
		network.restore();
		await trigger.until(() => trigger.events.length === 51);
		server.io.emit('n', 51);
		await trigger.until(() => trigger.events.length === 52);
		expect(trigger.payloads).toEqual(numbers(52));
		expect(new Set(trigger.events.map(({ id }) => id)).size).toBe(52);
		const { level, message } = trigger.log.at(-1) ?? {};
		expect([level, message]).toEqual(['info', expect.stringContaining('nothing was missed')]);
	});

	it('gets what was sent while n8n was restarted', async () => {
		const trigger = await listen();
		server.io.emit('n', 0);
		await trigger.until(() => trigger.events.length === 1);
		await vi.waitFor(() => expect(trigger.kept()).toHaveProperty(['node:Trigger', 'cursor']));
		await trigger.close();
		await server.until(() => server.open === 0);
		for (const n of [1, 2]) server.io.emit('n', n);
		const next = await listen({}, { staticData: trigger.kept() });
		await next.until(() => next.events.length === 2);
		expect(next.payloads).toEqual([1, 2]);
		expect(trigger.payloads).toEqual([0]);
	});

	it('gets again what n8n could not store', async () => {
		let broken = false;
		const run = async () => {
			if (broken) await Promise.reject(new Error('the database is down'));
		};
		const { trigger, proxy: network } = await listenThroughProxy({}, { run });
		server.io.emit('n', 0);
		await vi.waitFor(() => expect(trigger.kept()).toHaveProperty(['node:Trigger', 'cursor']));
		broken = true;
		server.io.emit('n', 1);
		await trigger.until(() => trigger.events.length === 2);
		broken = false;
		network.cut();
		await server.until(() => server.open === 0);
		network.restore();
		await trigger.until(() => trigger.events.length === 3);
		expect(trigger.payloads).toEqual([0, 1, 1]);
		expect(trigger.keys[1]).toBe(trigger.keys[2]);
	});

	it('says what may be lost where the server could not recover', async () => {
		const { trigger, proxy: network } = await listenThroughProxy({ options: { reportGaps: true } });
		// Nothing was received: there is nothing to go on from.
		network.cut();
		await server.until(() => server.open === 0);
		server.io.emit('n', 1);
		network.restore();
		await trigger.until(() => trigger.events.length === 1);
		expect(trigger.events[0]?.type).toBe('realtime.gap');
		expect(trigger.log.at(-1)?.level).toBe('warn');
	});
});

describe('faults', () => {
	it('goes on after the server was killed and started again, and says what may be lost', async () => {
		const trigger = await listen({ options: { reportGaps: true } });
		server.io.emit('n', 0);
		await trigger.until(() => trigger.events.length === 1);
		const { port } = server;
		await server.close();
		server = await TestSocketIoServer.start({ port });
		await trigger.until(() => trigger.events.length === 2);
		server.io.emit('n', 1);
		await trigger.until(() => trigger.events.length === 3);
		expect(trigger.events.map(({ type }) => type)).toEqual([
			'socketio.n',
			'realtime.gap',
			'socketio.n',
		]);
		expect(trigger.log.at(-1)).toMatchObject({
			level: 'warn',
			message: expect.stringMatching(/connected again; events sent between .* are lost/),
		});
		expect(trigger.errors).toEqual([]);
	});

	it('notices a network that is frozen, and comes back when it works again', async () => {
		await serve({ pingInterval: 200, pingTimeout: 200 });
		const { trigger, proxy: network } = await listenThroughProxy();
		network.freeze();
		await server.until(() => server.open === 0);
		network.restore();
		await trigger.until(() => trigger.log.length > 0);
		expect(trigger.log.at(-1)?.message).toMatch(
			/Nothing arrives from http:\/\/127\.0\.0\.1:\d+ anymore, not even its heartbeat|was lost/,
		);
		server.io.emit('n', 1);
		await trigger.until(() => trigger.events.length === 1);
		expect(trigger.payloads).toEqual([1]);
	});

	it('comes back after the server has ended the connection', async () => {
		const trigger = await listen();
		server.io.disconnectSockets();
		await trigger.until(() => trigger.log.length === 1);
		expect(trigger.log[0]?.message).toContain('ended the connection');
		server.io.emit('n', 1);
		await trigger.until(() => trigger.events.length === 1);
	});

	it('survives an event that is larger than it takes', async () => {
		await serve({ ...RECOVERY, maxHttpBufferSize: 1e9 });
		const trigger = await listen();
		server.io.emit('n', 0);
		await trigger.until(() => trigger.events.length === 1);
		server.io.emit('n', 'x'.repeat(16 * 1024 * 1024));
		await trigger.until(() => trigger.log.length === 1);
		expect(trigger.log[0]?.message).toContain('sent more than 16 MiB at once');
		server.io.emit('n', 1);
		await trigger.until(() => trigger.events.length === 2);
		expect(trigger.payloads).toEqual([0, 1]);
		expect(server.connections).toBe(2);
	});

	it('starts although the server is down, and connects when it is there', async () => {
		const [port = 0] = await freePorts(1);
		const trigger = await listen({}, { credential: { url: `http://127.0.0.1:${port}` } });
		expect(trigger.log[0]).toMatchObject({
			level: 'warn',
			message: expect.stringContaining(`No server accepts connections at http://127.0.0.1:${port}`),
		});
		await server.close();
		server = await TestSocketIoServer.start({ port });
		await trigger.until(() => trigger.log.length > 1);
		server.io.emit('n', 1);
		await trigger.until(() => trigger.events.length === 1);
	});

	it('takes 10,000 events at once: none lost, none twice, in order, memory flat', async () => {
		const trigger = await listen({ options: { eventIdField: 'n' } });
		const burst = async (from: number) => {
			const count = trigger.events.length;
			for (const n of numbers(10_000, from)) server.io.emit('n', { n, text: 'x'.repeat(200) });
			await trigger.until(() => trigger.events.length === count + 10_000);
			const seen = trigger.payloads.map((payload) => (payload as { n: number }).n);
			expect(seen).toEqual(numbers(10_000, from));
			trigger.events.length = 0;
			trigger.keys.length = 0;
		};
		setFlagsFromString('--expose-gc');
		const collect = runInNewContext('gc') as () => void;
		// The first two fill the memory of known identities.
		for (const from of [0, 10_000]) await burst(from);
		collect();
		const before = process.memoryUsage().heapUsed;
		for (const from of [20_000, 30_000, 40_000]) await burst(from);
		collect();
		const grown = process.memoryUsage().heapUsed - before;
		// 30,000 envelopes that were kept would take more than ten times as much.
		expect(grown).toBeLessThan(5 * 1024 * 1024);
	});
});

describe('refusals', () => {
	it("fails the activation with the server's own words, and without the secret", async () => {
		server.io.use((socket, next) => next(new Error(`bad token ${socket.handshake.auth.token}`)));
		const starting = listen({}, { credential: { auth: JSON.stringify({ token: SECRET }) } });
		await expect(starting).rejects.toThrow(
			"The Socket.IO server refused the connection: bad token [hidden]. Check 'Auth' and 'Headers' in the credential, and 'Namespace'.",
		);
	});

	it('reports a refusal after a reconnect once, and stops', async () => {
		const trigger = await listen();
		server.io.use((_socket, next) => next(new Error('your plan has ended')));
		server.io.disconnectSockets();
		await trigger.until(() => trigger.errors.length === 1);
		expect(trigger.errors[0]?.message).toContain('refused the connection: your plan has ended');
		expect(server.connections).toBe(1);
	});

	it.each([
		[{ namespace: '/nowhere' }, {}, "has no namespace '/nowhere' (Invalid namespace)"],
		[{ namespace: '/a,b' }, {}, "'Namespace' has a comma. Enter one namespace"],
		[{}, { url: 'ftp://example.com' }, "'URL' is not a URL that starts with http"],
		[{}, { auth: `{"token": "${SECRET}"` }, "'Auth' is not a JSON object"],
		[{ options: { connectionTimeout: -1 } }, {}, "'Connection Timeout' is not a number of seconds"],
	])('names what is wrong: %j %j', async (parameters, credential, message) => {
		const error: unknown = await listen(parameters, { credential }).catch((e: unknown) => e);
		expect(error).toBeInstanceOf(Error);
		expect(String(error)).toContain(message);
		expect(String(error)).not.toContain(SECRET);
	});

	it('does not start with an address at which there is something else', async () => {
		const web = createHttpServer((_request, response) => response.writeHead(404).end('no'));
		await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
		const url = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
		await expect(listen({}, { credential: { url } })).rejects.toThrow('with HTTP status 404 (no)');
		web.close();
	});

	it('goes on through the errors of a proxy while the server restarts', async () => {
		const trigger = await listen();
		const { port } = server;
		await server.close();
		let asked = 0;
		const gateway = createHttpServer().on('upgrade', (_request, socket) => {
			asked += 1;
			socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno');
		});
		await new Promise<void>((resolve) => gateway.listen(port, '127.0.0.1', resolve));
		await expect.poll(() => asked, { timeout: 60_000 }).toBeGreaterThan(0);
		await new Promise((resolve) => gateway.close(resolve));
		server = await TestSocketIoServer.start({ port });
		await trigger.until(() => trigger.log.length > 0);
		expect(trigger.log.at(-1)?.message).toContain('connected again');
		expect(trigger.errors).toEqual([]);
	});
});

describe('closing', () => {
	it('ends at once, and nothing comes afterwards', async () => {
		const trigger = await listen();
		server.io.emit('n', 1);
		await trigger.until(() => trigger.events.length === 1);
		await trigger.close();
		server.io.emit('n', 2);
		await server.until(() => server.open === 0);
		expect(trigger.events).toHaveLength(1);
		expect(trigger.log).toEqual([]);
		expect(trigger.errors).toEqual([]);
	});

	it('ends at once while it connects to a server that says nothing', async () => {
		const silent = createServer((socket) => socket.on('error', () => undefined));
		const connected = new Promise((resolve) => silent.once('connection', resolve));
		await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
		const { port } = silent.address() as AddressInfo;
		const trigger = await listen(
			{ options: { connectionTimeout: 3600 } },
			{ credential: { url: `http://127.0.0.1:${port}` }, mode: 'manual' },
		);
		const starting = trigger.listen();
		await connected;
		await trigger.close();
		await starting;
		await new Promise((resolve) => silent.close(resolve));
		expect(trigger.log).toEqual([]);
	});
});
