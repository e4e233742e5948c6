import { createServer, type AddressInfo } from 'node:net';
import { createServer as createHttpServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type {
	ICredentialDataDecryptedObject,
	INodeCredentialTestResult,
	INodeExecutionData,
} from 'n8n-workflow';
import { RealtimeBroadcast } from '../../nodes/Realtime/RealtimeBroadcast.node.ts';
import { socketIoConnections } from '../../nodes/Realtime/socketIo/broadcastSession.ts';
import { freePorts } from '../../scripts/support/ports.mts';
import { core } from '../support/n8nCore.mts';
import { runAction, type ActionInput, type ActionOutcome } from '../support/runAction.mts';
import { TestSocketIoServer } from '../support/socketIoServer.mts';

const SECRET = 'tok-5ecret-value';
const node = new RealtimeBroadcast();
let server: TestSocketIoServer;

beforeEach(async () => {
	server = await TestSocketIoServer.start({ namespaces: ['/orders'] });
});
afterEach(async () => {
	socketIoConnections.closeAll();
	await server.close();
});

interface RunOptions {
	credential?: ICredentialDataDecryptedObject;
	onError?: ActionInput['onError'];
}

async function run(
	items: object[],
	parameters: object,
	{ credential = {}, onError }: RunOptions = {},
): Promise<ActionOutcome> {
	const realtimeWebhooksSocketIoApi = { url: server.url, path: '/socket.io', ...credential };
	const outcome = await runAction(node, {
		items: items.map((json) => ({ json }) as INodeExecutionData),
		parameters: {
			transport: 'socketIo',
			namespace: '/',
			event: 'event',
			payload: 'item',
			waitForAcknowledgement: false,
			options: {},
			...parameters,
		},
		credentials: { realtimeWebhooksSocketIoApi },
		onError,
	});
	expect(outcome.stored).not.toContain(SECRET);
	return outcome;
}

const jsonOf = ({ outputs }: ActionOutcome) => (outputs[0] ?? []).map(({ json }) => json);
const arrived = async (count: number) => {
	await server.until(() => server.received.length >= count);
	return server.received.map(({ args }) => args[0]);
};

describe('what is sent', () => {
	it('sends the whole item, and puts the result beside it', async () => {
		const outcome = await run([{ id: 1, text: 'añ 😀' }], { event: 'order.paid' });
		expect(await arrived(1)).toEqual([{ id: 1, text: 'añ 😀' }]);
		expect(server.received[0]?.name).toBe('order.paid');
		expect(outcome.outputs[0]?.[0]?.pairedItem).toMatchObject({ item: 0 });
		const sentAt = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
		const broadcast = { transport: 'socketIo', event: 'order.paid', namespace: '/', sentAt };
		expect(jsonOf(outcome)).toEqual([
			{ id: 1, text: 'añ 😀', broadcast: { ...broadcast, acknowledged: false } },
		]);
	});

	it.each([
		['data.text', 'hola'],
		['data.list[1].n', 2],
		['data.list.0', { n: 1 }],
		['a.b', 'own name'],
		['data.empty', null],
	])('sends the field %s', async (payloadField, expected) => {
		const data = { text: 'hola', list: [{ n: 1 }, { n: 2 }], empty: null };
		await run([{ data, 'a.b': 'own name', a: { b: 'inner' } }], { payload: 'field', payloadField });
		expect(await arrived(1)).toEqual([expected]);
	});

	it('sends JSON, written as text or by an expression', async () => {
		const json = { payload: 'json', payloadJson: '{"n": [1, "two", null]}' };
		await run([{}], json);
		await run([{ n: 7 }], { ...json, payloadJson: '={{ { seven: $json.n } }}' });
		expect(await arrived(2)).toEqual([{ n: [1, 'two', null] }, { seven: 7 }]);
	});

	it.each([
		[{ payload: 'field', payloadField: 'toString' }, "no field 'toString'"],
		[{ payload: 'json', payloadJson: '{"a": ' }, "'Payload JSON' is not valid JSON"],
		[{ event: ' ' }, "'Event' is empty"],
		[{ event: '={{ { name: "a" } }}' }, "'Event' is not text"],
		[{ event: '={{ ["a", "b"] }}' }, "'Event' is not text"],
		[{ event: 'disconnect' }, 'a name that Socket.IO reserves'],
		[{ namespace: '/a,b' }, "'Namespace' has a comma"],
		[{ options: { connectionTimeout: 0 } }, "'Connection Timeout'"],
	])('refuses %j before connecting', async (parameters, message) => {
		const { error } = await run([{}], parameters);
		expect(error?.message).toContain(message);
		expect(error?.context?.itemIndex).toBe(0);
		expect(server.connections).toBe(0);
	});

	it('refuses what is larger than the server takes, and goes on with the rest', async () => {
		await server.close();
		server = await TestSocketIoServer.start({ maxHttpBufferSize: 1000 });
		const items = [{ a: 'x'.repeat(2000) }, { a: 'ok' }];
		const outcome = await run(items, {}, { onError: 'continueRegularOutput' });
		expect(JSON.stringify(jsonOf(outcome)[0])).toMatch(/has 20\d\d bytes.*server accepts 1000/);
		expect(await arrived(1)).toEqual([{ a: 'ok' }]);
		expect(server.connections).toBe(1);
	});
});

describe('what the server does not take', () => {
	it.each([{}, { waitForAcknowledgement: true }])(
		'sends nothing where one item is larger: %j',
		async (parameters) => {
			await server.close();
			server = await TestSocketIoServer.start({ maxHttpBufferSize: 1000, namespaces: ['/b'] });
			server.answer = (_event, acknowledge) => acknowledge();
			const items = [
				{ a: 1, to: '/' },
				{ a: 1, to: '/b' },
				{ a: 'x'.repeat(2000), to: '/b' },
				{ a: 3, to: '/' },
			];
			const { error } = await run(items, { ...parameters, namespace: '={{ $json.to }}' });
			expect(error?.message).toMatch(/has 20\d\d bytes.*server accepts 1000/);
			expect(error?.context?.itemIndex).toBe(2);
			expect(server.received).toEqual([]);
		},
	);
});

describe('connections', () => {
	it('sends 1,000 items over one connection, in order', async () => {
		const items = Array.from({ length: 1000 }, (_, n) => ({ n }));
		const outcome = await run(items, {});
		expect(await arrived(1000)).toEqual(items);
		expect(server.connections).toBe(1);
		expect(outcome.outputs[0]?.map(({ pairedItem }) => pairedItem)).toEqual(
			items.map(({ n }) => ({ item: n })),
		);
	});

	it('keeps the order while waiting for acknowledgements', async () => {
		server.answer = (_event, acknowledge) => acknowledge();
		const items = Array.from({ length: 100 }, (_, n) => ({ n }));
		await run(items, { waitForAcknowledgement: true });
		expect(await arrived(100)).toEqual(items);
	});

	it('reuses the connection in the next execution', async () => {
		await run([{ n: 1 }], {});
		await run([{ n: 2 }], {});
		expect(await arrived(2)).toEqual([{ n: 1 }, { n: 2 }]);
		expect(server.connections).toBe(1);
	});

	it('shares nothing between different credentials', async () => {
		await run([{}], {}, { credential: { auth: '{"user": "one"}' } });
		await run([{}], {}, { credential: { auth: '{"user": "two"}' } });
		expect(server.connections).toBe(2);
	});

	it('takes the namespace from each item', async () => {
		const items = [{ to: '/orders' }, { to: '/' }, { to: 'orders' }];
		await run(items, { namespace: '={{ $json.to }}' });
		await server.until(() => server.received.length === 3);
		const namespaces = server.received.map(({ namespace }) => namespace);
		expect(namespaces.sort()).toEqual(['/', '/orders', '/orders']);
		expect(server.connections).toBe(2);
	});

	it('connects again after the server was restarted between executions', async () => {
		await run([{ n: 1 }], {});
		await arrived(1);
		const { port } = server;
		await server.close();
		server = await TestSocketIoServer.start({ port });
		server.answer = (_event, acknowledge) => acknowledge();
		// Whether the client has already noticed or notices while sending is up to the network.
		await vi.waitFor(async () => {
			const { error } = await run([{ n: 2 }], { waitForAcknowledgement: true });
			expect(error).toBeUndefined();
		});
		expect(await arrived(1)).toEqual([{ n: 2 }]);
		expect(server.connections).toBe(1);
	});

	it('names a connection that is lost while it waits, and goes on with a new one', async () => {
		server.answer = (event, acknowledge) => {
			if (event.args[0] === 'drop') server.io.disconnectSockets(true);
			else acknowledge('taken');
		};
		const parameters = { payload: 'field', payloadField: 'p', waitForAcknowledgement: true };
		const items = [{ p: 'drop' }, { p: 'next' }];
		const outcome = await run(items, parameters, { onError: 'continueRegularOutput' });
		const [first, second] = jsonOf(outcome);
		expect(first).toMatchObject({
			error: { message: expect.stringContaining("was lost while sending 'event'") },
		});
		expect(second).toMatchObject({ broadcast: { acknowledgement: 'taken' } });
		expect(server.connections).toBe(2);
	});

	it('sends auth, headers, query and path of the credential', async () => {
		await server.close();
		server = await TestSocketIoServer.start({ path: '/live/io' });
		const seen = new Promise((resolve) =>
			server.io.use((socket, next) => {
				const { auth, headers, query } = socket.handshake;
				resolve([auth, headers['x-key'], query.tenant]);
				next();
			}),
		);
		const credential = {
			url: `${server.url.replace('http', 'ws')}/?tenant=t1`,
			path: 'live/io/',
			auth: JSON.stringify({ token: SECRET }),
			headers: JSON.stringify({ 'X-Key': SECRET }),
		};
		await run([{}], {}, { credential });
		expect(await seen).toEqual([{ token: SECRET }, SECRET, 't1']);
	});
});

describe('without acknowledgement', () => {
	it('delivers although the connection is closed as soon as the node has ended', async () => {
		const items = Array.from({ length: 50 }, (_, n) => ({ n, text: 'x'.repeat(50_000) }));
		await run(items, {});
		socketIoConnections.closeAll();
		expect(await arrived(50)).toEqual(items);
	});
});

describe('acknowledgements', () => {
	it.each([
		['one value', [{ ok: true }], { ok: true }],
		['several values', ['a', 2], ['a', 2]],
		['no value', [], null],
		['what looks like an error', [{ error: 'no such room' }], { error: 'no such room' }],
	])('puts %s into the output', async (_name, values, expected) => {
		server.answer = (_event, acknowledge) => acknowledge(...values);
		const outcome = await run([{}], { waitForAcknowledgement: true });
		expect(jsonOf(outcome)[0]?.broadcast).toMatchObject({
			acknowledged: true,
			acknowledgement: expected,
		});
	});

	it('ends within the limit when none comes, and says which wait it was', async () => {
		const options = { acknowledgementTimeout: 0.2 };
		const { error, outputs } = await run([{}], { waitForAcknowledgement: true, options });
		expect(error?.message).toBe("The server did not acknowledge 'event' within 0.2 seconds");
		expect(error?.description).toContain("'Acknowledgement Timeout'");
		expect(outputs.flat()).toEqual([]);
		expect(server.received).toHaveLength(1);
	});

	it('sends nothing where one item cannot be sent', async () => {
		const namespace = "={{ $json.n === 2 ? '/a,b' : '/' }}";
		const { error } = await run([{ n: 1 }, { n: 2 }, { n: 3 }], { namespace });
		expect(error?.message).toContain("'Namespace' has a comma");
		expect(server.connections).toBe(0);
	});

	it('fails only the items that nobody acknowledged when it continues on fail', async () => {
		server.answer = (event, acknowledge) => {
			if (event.args[0] !== 2) acknowledge('ok');
		};
		const parameters = {
			payload: 'field',
			payloadField: 'n',
			waitForAcknowledgement: true,
			options: { acknowledgementTimeout: 0.2 },
		};
		const items = [{ n: 1 }, { n: 2 }, { n: 3 }];
		const outcome = await run(items, parameters, { onError: 'continueRegularOutput' });
		expect(await arrived(3)).toEqual([1, 2, 3]);
		expect(jsonOf(outcome)).toMatchObject([
			{ n: 1, broadcast: { acknowledged: true } },
			{ error: { message: expect.stringContaining('did not acknowledge') } },
			{ n: 3, broadcast: { acknowledged: true } },
		]);
		expect(outcome.outputs[0]?.[1]?.pairedItem).toMatchObject({ item: 1 });
		expect(Object.keys(jsonOf(outcome)[1] ?? {})).toEqual(['error']);
	});

	it('gives failed items to the error output where the node has one', async () => {
		server.answer = (event, acknowledge) => {
			if (event.args[0] !== 2) acknowledge('ok');
		};
		const parameters = {
			payload: 'field',
			payloadField: 'n',
			waitForAcknowledgement: true,
			options: { acknowledgementTimeout: 0.2 },
		};
		const items = [{ n: 1 }, { n: 2 }];
		const { outputs } = await run(items, parameters, { onError: 'continueErrorOutput' });
		expect(outputs.map((output) => output.map(({ json }) => Object.keys(json)))).toEqual([
			[['n', 'broadcast']],
			[['error']],
		]);
	});
});

describe('handshakes that fail', () => {
	it("quotes a server that refuses, but not the credential's secrets", async () => {
		server.io.use((socket, next) => {
			const error = new Error(`bad token ${socket.handshake.auth.token}`);
			next(
				Object.assign(error, { data: { code: 'E42', header: socket.handshake.headers['x-key'] } }),
			);
		});
		const credential = {
			auth: JSON.stringify({ token: SECRET }),
			headers: JSON.stringify({ 'x-key': `Bearer ${SECRET}` }),
		};
		const { error } = await run([{}], {}, { credential });
		expect(error?.message).toBe('The Socket.IO server refused the connection: bad token [hidden]');
		expect(error?.description).toContain('E42');
	});

	it('quotes a server that refuses by allowRequest', async () => {
		await server.close();
		server = await TestSocketIoServer.start({
			allowRequest: (_request, decide) => decide('only from the office', false),
		});
		const { error } = await run([{}], {});
		expect(error?.message).toContain('refused the connection: only from the office');
	});

	it('names a wrong namespace, and the items for others go on', async () => {
		const items = [{ to: '/nowhere' }, { to: '/' }];
		const continueOnFail: RunOptions = { onError: 'continueRegularOutput' };
		const outcome = await run(items, { namespace: '={{ $json.to }}' }, continueOnFail);
		expect(jsonOf(outcome)[0]).toMatchObject({
			error: { message: "The Socket.IO server has no namespace '/nowhere' (Invalid namespace)" },
		});
		expect(await arrived(1)).toEqual([{ to: '/' }]);
	});

	it('names a server that is down', async () => {
		const [port] = await freePorts(1);
		const credential = { url: `http://127.0.0.1:${port}`, auth: JSON.stringify({ t: SECRET }) };
		const { error } = await run([{}], {}, { credential });
		expect(error?.message).toBe(
			`No server accepts connections at http://127.0.0.1:${port} (ECONNREFUSED)`,
		);
	});

	it('names a host name that does not exist', async () => {
		const credential = { url: 'http://no-such-host.invalid' };
		const { error } = await run([{}], {}, { credential });
		expect(error?.message).toMatch(/host name no-such-host.invalid was not found \(E/);
	});

	it('names TLS towards a server without it', async () => {
		const credential = { url: server.url.replace('http:', 'https:') };
		const { error } = await run([{}], {}, { credential });
		expect(error?.message).toContain('does not speak TLS as expected');
	});

	it('names a web server that is no Socket.IO server', async () => {
		const web = createHttpServer((_request, response) => response.writeHead(404).end('no'));
		await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
		const url = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
		const { error } = await run([{}], {}, { credential: { url } });
		web.close();
		expect(error?.message).toBe(
			`${url} answered the Socket.IO handshake with HTTP status 404 (no)`,
		);
	});

	it('waits once within its limit for a server that accepts and says nothing', async () => {
		let sockets = 0;
		const silent = createServer((socket) => {
			sockets += 1;
			socket.on('error', () => undefined);
		});
		await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
		const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
		const items = Array.from({ length: 50 }, (_, n) => ({ n }));
		const continueOnFail: RunOptions = { credential: { url }, onError: 'continueRegularOutput' };
		const outcome = await run(items, { options: { connectionTimeout: 0.3 } }, continueOnFail);
		silent.close();
		const message = `${url} did not finish the Socket.IO handshake within 0.3 seconds`;
		expect(jsonOf(outcome)).toHaveLength(50);
		for (const json of jsonOf(outcome)) expect(json).toMatchObject({ error: { message } });
		expect(sockets).toBe(1);
	});

	it.each([
		[{ url: 'ftp://example.com' }, "'URL' is not a URL that starts with http"],
		[{ url: 'not a url' }, "'URL' is not a URL that starts with http"],
		[{ url: 'http://example.com/chat' }, "'URL' has a path after the host"],
		[{ url: `http://user:${SECRET}@example.com` }, "'URL' contains a user name or password"],
		[{ auth: `{"token": "${SECRET}"` }, "'Auth' is not a JSON object"],
		[{ auth: `["${SECRET}"]` }, "'Auth' is not a JSON object"],
		[{ headers: `{"x": "${SECRET}\\n"}` }, "'Headers' contains a name or value"],
	])('names the field of the credential that is wrong (%#)', async (credential, message) => {
		const { error } = await run([{}], {}, { credential });
		expect(error?.message).toContain(message);
	});
});

describe('credential test', () => {
	const test = async (data: ICredentialDataDecryptedObject): Promise<INodeCredentialTestResult> => {
		const { credentials = [] } = node.description;
		const testedBy = credentials.find(
			({ name }) => name === 'realtimeWebhooksSocketIoApi',
		)?.testedBy;
		const method = Reflect.get(node.methods.credentialTest, String(testedBy));
		const credential = { id: '1', name: 'c', type: 'realtimeWebhooksSocketIoApi', data };
		return await Reflect.apply(method, new core.CredentialTestContext(), [credential]);
	};

	it('performs the handshake and closes it', async () => {
		expect(await test({ url: server.url })).toMatchObject({ status: 'OK' });
		await server.until(() => server.connections === 1 && server.open === 0);
	});

	it("reports a refusal, without the server's words", async () => {
		server.io.use((socket, next) => next(new Error(`no ${socket.handshake.auth.token}`)));
		const result = await test({ url: server.url, auth: JSON.stringify({ token: SECRET }) });
		expect(result.status).toBe('Error');
		expect(result.message).toMatch(/^The Socket.IO server refused the connection\. Check 'Auth'/);
	});

	it('names a field that is wrong', async () => {
		const result = await test({ url: server.url, headers: SECRET });
		expect(result).toMatchObject({ status: 'Error' });
		expect(result.message).toContain("'Headers' is not a JSON object");
		expect(result.message).not.toContain(SECRET);
	});
});
