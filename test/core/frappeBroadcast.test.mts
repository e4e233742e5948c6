import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createServer, type AddressInfo } from 'node:net';
import type { ICredentialDataDecryptedObject, INodeExecutionData } from 'n8n-workflow';
import { io, type Socket } from 'socket.io-client';
import { httpPools } from '../../lib/net/http.ts';
import { redisConnections } from '../../lib/realtime/redis.ts';
import { RealtimeBroadcast } from '../../nodes/Realtime/RealtimeBroadcast.node.ts';
import { FrappeServer, type FrappeOptions } from '../support/frappe.mts';
import { redisIsInstalled, RedisServer } from '../support/redisServer.mts';
import { runAction, type ActionInput, type ActionOutcome } from '../support/runAction.mts';

const SECRET = 'k3y:5ecret-value';
const users: FrappeOptions['users'] = {
	[SECRET]: { name: 'ana@example.com', type: 'System User', reads: ['Sales Order', 'Note/N1'] },
};
/** An expression with no value; n8n itself refuses a required parameter that is left empty. */
const EMPTY = "={{ '' }}";
const node = new RealtimeBroadcast();
let frappe: FrappeServer;

const jsonOf = ({ outputs }: ActionOutcome) => (outputs[0] ?? []).map(({ json }) => json);
const items = (...json: object[]) => json.map((entry) => ({ json: entry }) as INodeExecutionData);

async function run(
	input: INodeExecutionData[],
	parameters: object,
	credentials: Record<string, ICredentialDataDecryptedObject>,
	onError?: ActionInput['onError'],
): Promise<ActionOutcome> {
	const all = { transport: 'frappe', event: 'e', payload: 'item', ...parameters } as const;
	const outcome = await runAction(node, { items: input, parameters: all, credentials, onError });
	expect(outcome.stored).not.toContain('5ecret-value');
	return outcome;
}

describe.skipIf(!redisIsInstalled)('through Redis (needs the package redis-server)', () => {
	let redis: RedisServer;
	let client: Socket;
	const seen: Array<[string, unknown]> = [];

	const publish = async (
		input: INodeExecutionData[],
		parameters: object = {},
		onError?: ActionInput['onError'],
	) =>
		await run(
			input,
			{ through: 'redis', site: 'erp.test', ...parameters },
			{ realtimeWebhooksRealtimeRedisApi: { host: '127.0.0.1', port: redis.port } },
			onError,
		);
	/** Everything that was published before has arrived when this has. */
	const arrived = async () => {
		const mark = new Promise<void>((resolve) => client.once('mark', () => resolve()));
		await publish(items({}), { event: 'mark', room: 'website' });
		await mark;
		return seen.filter(([event]) => event !== 'mark');
	};

	beforeAll(async () => void (redis = await RedisServer.start()));
	afterAll(async () => await redis.stop());
	beforeEach(async () => {
		seen.length = 0;
		frappe = await FrappeServer.start({ users, redisUrl: redis.url });
		client = io(`${frappe.url}/erp.test`, {
			transports: ['websocket'],
			forceNew: true,
			extraHeaders: {
				Origin: 'http://127.0.0.1',
				'X-Frappe-Site-Name': 'erp.test',
				Cookie: 'a=1',
				Authorization: `token ${SECRET}`,
			},
		});
		client.onAny((event: string, message: unknown) => seen.push([event, message]));
		await new Promise<void>((resolve, reject) => {
			client.once('connect', resolve);
			client.once('connect_error', reject);
		});
		client.emit('doctype_subscribe', 'Sales Order');
		client.emit('doc_subscribe', 'Note', 'N1');
		client.emit('task_subscribe', 't1');
		await expect.poll(() => frappe.membersOf('task_progress:t1')).toBe(1);
	});
	afterEach(async () => {
		client.disconnect();
		redisConnections.closeAll();
		await frappe.close();
	});

	it('reaches the desk users of the site', async () => {
		const outcome = await publish(items({ text: 'añ 😀' }), { event: 'whatsapp_message' });
		expect(await arrived()).toEqual([['whatsapp_message', { text: 'añ 😀' }]]);
		expect(jsonOf(outcome)[0]?.broadcast).toMatchObject({
			transport: 'frappe',
			through: 'redis',
			site: 'erp.test',
			room: 'all',
			subscribers: 1,
			delivered: true,
		});
	});

	it.each([
		[{ room: 'website' }, 'website'],
		[{ room: 'user', roomUser: 'ana@example.com' }, 'user:ana@example.com'],
		[{ room: 'doctype', roomDoctype: 'Sales Order' }, 'doctype:Sales Order'],
		[{ room: 'document', roomDoctype: 'Note', roomDocument: 'N1' }, 'doc:Note/N1'],
		[{ room: 'task', roomTask: 't1' }, 'task_progress:t1'],
		[{ room: 'custom', roomName: 'all' }, 'all'],
	])('reaches the room of %j', async (parameters, room) => {
		const outcome = await publish(items({ n: 1 }), parameters);
		expect(jsonOf(outcome)[0]?.broadcast).toMatchObject({ room });
		expect(await arrived()).toEqual([['e', { n: 1 }]]);
	});

	it('reaches nobody of other rooms and sites', async () => {
		await publish(items({}), { room: 'user', roomUser: 'other@example.com' });
		await publish(items({}), { site: 'other.test' });
		expect(await arrived()).toEqual([]);
	});

	it('writes the older form for older Frappes', async () => {
		const outcome = await publish(items({}), { options: { olderFrappe: true } });
		expect(jsonOf(outcome)[0]?.broadcast).toMatchObject({ subscribers: 1 });
		// This server is a newer one, whose clients are in no room of that name.
		expect(await arrived()).toEqual([]);
	});

	it('sends 2,000 items in order', async () => {
		const list = Array.from({ length: 2000 }, (_, n) => ({ n }));
		const outcome = await publish(items(...list));
		expect(jsonOf(outcome)).toHaveLength(2000);
		expect(await arrived()).toEqual(list.map((json) => ['e', json]));
	});

	it('says when no realtime service listens', async () => {
		await frappe.close();
		frappe = await FrappeServer.start({ users });
		await expect
			.poll(async () => jsonOf(await publish(items({})))[0]?.broadcast)
			.toMatchObject({
				subscribers: 0,
				delivered: false,
				hint: expect.stringContaining('No realtime service of Frappe listens'),
			});
	});

	it.each([
		[{ site: '' }, "'Site' is empty"],
		[{ site: 'https://erp.test' }, "'Site' is not a valid site name"],
		[{ room: 'user', roomUser: '*' }, "'User' is *, but Frappe has no such user"],
		[{ room: 'document', roomDoctype: 'Note', roomDocument: EMPTY }, "'Document' is empty"],
		[{ event: 'disconnect' }, 'a name that Socket.IO reserves'],
	])('refuses %j before anything is sent', async (parameters, message) => {
		const { error } = await publish(items({ n: 1 }), parameters);
		expect(error?.message).toContain(message);
		expect(await arrived()).toEqual([]);
	});

	it('sends nothing where one item cannot be, and the others with Continue on Fail', async () => {
		const parameters = { room: 'user', roomUser: '={{ $json.to }}' };
		const input = items({ to: 'ana@example.com' }, { to: '' });
		const { error } = await publish(input, parameters);
		expect(error).toMatchObject({ message: "'User' is empty", context: { itemIndex: 1 } });
		expect(await arrived()).toEqual([]);
		const outcome = await publish(input, parameters, 'continueRegularOutput');
		expect(jsonOf(outcome)).toMatchObject([
			{ broadcast: { subscribers: 1 } },
			{ error: { message: "'User' is empty" } },
		]);
		expect(await arrived()).toHaveLength(1);
	});
});

describe('through a whitelisted method', () => {
	const call = async (
		parameters: object = {},
		{ credential = {}, input = items({ n: 1 }), onError }: CallOptions = {},
	) =>
		await run(
			input,
			{ through: 'method', method: 'my_app.api.publish', site: 'erp.test', ...parameters },
			{
				realtimeWebhooksSocketIoApi: {
					url: frappe.url,
					headers: JSON.stringify({ Authorization: `token ${SECRET}` }),
					...credential,
				},
			},
			onError,
		);
	interface CallOptions {
		credential?: ICredentialDataDecryptedObject;
		input?: INodeExecutionData[];
		onError?: ActionInput['onError'];
	}

	beforeEach(async () => void (frappe = await FrappeServer.start({ users })));
	afterEach(async () => {
		httpPools.closeAll();
		await frappe.close();
	});

	it('sends event, message and room, and puts the answer into the output', async () => {
		const outcome = await call({ event: 'whatsapp_message', room: 'doctype', roomDoctype: 'Note' });
		expect(frappe.calls).toMatchObject([
			{
				method: 'my_app.api.publish',
				user: 'ana@example.com',
				headers: { 'x-frappe-site-name': 'erp.test', 'content-type': 'application/json' },
				args: { event: 'whatsapp_message', message: { n: 1 }, room: 'doctype:Note' },
			},
		]);
		expect(jsonOf(outcome)[0]?.broadcast).toMatchObject({
			through: 'method',
			site: 'erp.test',
			method: 'my_app.api.publish',
			answer: { published: 'whatsapp_message' },
		});
	});

	it("sends the payload's fields as arguments", async () => {
		frappe.onMethod = () => ({
			status: 200,
			body: { _server_messages: JSON.stringify([JSON.stringify({ message: '<b>Saved</b>' })]) },
		});
		const outcome = await call({ methodArguments: 'payload' });
		expect(frappe.calls[0]?.args).toEqual({ n: 1 });
		expect(jsonOf(outcome)[0]?.broadcast).toMatchObject({ answer: null, messages: ['Saved'] });
	});

	it('calls in order, and once for each item', async () => {
		const list = Array.from({ length: 50 }, (_, n) => ({ n }));
		await call({ methodArguments: 'payload' }, { input: items(...list) });
		expect(frappe.calls.map(({ args }) => args)).toEqual(list);
	});

	it.each([
		[
			417,
			{
				exc_type: 'ValidationError',
				exception: 'frappe.exceptions.ValidationError: no',
				_server_messages: JSON.stringify([
					JSON.stringify({ message: 'Room <b>x</b> is unknown', title: 'Message' }),
				]),
			},
			'Frappe answered 417: ValidationError, Room x is unknown',
			"'Arguments' of the node",
		],
		[
			403,
			{ exc_type: 'PermissionError' },
			'Frappe answered 403: PermissionError',
			'@frappe.whitelist()',
		],
		[
			500,
			{ exc_type: 'TypeError', exception: 'TypeError: publish() got an unexpected keyword' },
			'Frappe answered 500: TypeError: publish() got an unexpected keyword',
			'Error Log',
		],
		[
			404,
			'<html><style>b{}</style><h1>Not found</h1></html>',
			'Frappe answered 404: Not found',
			"'Site'",
		],
		[200, '<html>Login</html>', 'The response with HTTP status 200 is not from Frappe', "'URL'"],
		[502, '', 'Frappe answered 502', 'Error Log'],
		[417, { _server_messages: `["bad ${SECRET}"]` }, 'Frappe answered 417: bad [hidden]', 'argum'],
	])('says in words what Frappe answers (%s, %#)', async (status, body, message, toDo) => {
		frappe.onMethod = () => ({ status, body });
		const { error } = await call();
		expect(error?.message).toBe(status === 200 ? `${message}: it is not JSON` : message);
		expect(error?.description).toContain(toDo);
	});

	it('does not follow a redirect with the credential', async () => {
		frappe.onMethod = () => ({
			status: 301,
			body: '',
			headers: { Location: 'https://else.test/' },
		});
		const { error } = await call();
		expect(error?.message).toBe('Frappe answered 301: a redirect to https://else.test/');
	});

	it('names a wrong key', async () => {
		const headers = JSON.stringify({ Authorization: 'token wrong:5ecret-value' });
		const { error } = await call({}, { credential: { headers } });
		expect(error?.message).toContain('Frappe answered 401: frappe.exceptions.AuthenticationError');
		expect(error?.description).toContain("'Headers' of the credential");
	});

	it.each([
		[{ method: 'a/../b' }, {}, "'Method' is not a valid method name"],
		[{ method: EMPTY }, {}, "'Method' is not a valid method name"],
		[
			{ methodArguments: 'payload', payload: 'json', payloadJson: '[1]' },
			{},
			"'Payload' is not an object",
		],
		[{ options: { requestTimeout: 0 } }, {}, "'Request Timeout'"],
		[{}, { headers: '' }, "'Headers' of the credential contains no sign-in"],
		[{ room: 'task', roomTask: EMPTY }, {}, "'Task ID' is empty"],
	])('refuses %j before anything is sent', async (parameters, credential, message) => {
		const { error } = await call(parameters, { credential });
		expect(error?.message).toContain(message);
		expect(frappe.calls).toEqual([]);
	});

	it.each([
		[
			{ method: "={{ $json.n === 2 ? 'no method' : 'my_app.api.publish' }}" },
			"'Method' is not a valid method name",
		],
		[{ site: "={{ $json.n === 2 ? 'a site' : 'erp.test' }}" }, "'Site' is not a valid site name"],
	])('calls nothing where one item cannot be sent: %j', async (parameters, message) => {
		const { error } = await call(parameters, { input: items({ n: 1 }, { n: 2 }, { n: 3 }) });
		expect(error?.message).toContain(message);
		expect(error?.context?.itemIndex).toBe(1);
		expect(frappe.calls).toEqual([]);
	});

	it('does not let every item wait for a server that says nothing', async () => {
		let sockets = 0;
		const silent = createServer((socket) => {
			sockets += 1;
			socket.on('error', () => undefined);
		});
		await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
		const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
		const outcome = await call(
			{ options: { requestTimeout: 0.2 } },
			{
				credential: { url },
				input: items(...Array.from({ length: 50 }, (_, n) => ({ n }))),
				onError: 'continueRegularOutput',
			},
		);
		silent.close();
		const message = `${url} did not respond within 0.2 seconds`;
		for (const json of jsonOf(outcome)) expect(json).toMatchObject({ error: { message } });
		expect(jsonOf(outcome)).toHaveLength(50);
		expect(sockets).toBe(3);
	});
});
