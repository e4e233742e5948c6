import { createServer as createHttpServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import {
	createServer as createTlsServer,
	getCACertificates,
	setDefaultCACertificates,
	type Server as TlsServer,
} from 'node:tls';
import type { ICredentialDataDecryptedObject, ICredentialTestFunction, INode } from 'n8n-workflow';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { httpPools } from '../../lib/net/http.ts';
import { channelSignature } from '../../lib/realtime/pusher/requestSignature.ts';
import { readUser } from '../../lib/yape/notifierApi.ts';
import { EventHistory } from '../../nodes/History/EventHistory.node.ts';
import { RealtimeBroadcast } from '../../nodes/Realtime/RealtimeBroadcast.node.ts';
import { testActionCableCredential } from '../../nodes/Realtime/actionCable/credentialTest.ts';
import { testPusherCredential } from '../../nodes/Realtime/pusher/credentialTest.ts';
import { testSocketIoCredential } from '../../nodes/Realtime/socketIo/credentialTest.ts';
import { testYapeNotifierCredential } from '../../nodes/Yape/credentialTest.ts';
import { socketIoConnections } from '../../nodes/Realtime/socketIo/broadcastSession.ts';
import { AnyCableStandIn } from '../support/anyCable.mts';
import { FrappeServer } from '../support/frappe.mts';
import { TestHttpProxy } from '../support/httpProxyServer.mts';
import { core } from '../support/n8nCore.mts';
import { EVENT_STORE_KEY, N8nExecutionsStandIn } from '../support/n8nExecutions.mts';
import { stubProxies } from '../support/proxyEnvironment.mts';
import { runAction } from '../support/runAction.mts';
import { selfSigned } from '../support/selfSigned.mts';
import { TestSocketIoServer } from '../support/socketIoServer.mts';
import { RunningTrigger } from '../support/socketIoTrigger.mts';
import { APP, Soketi } from '../support/soketi.mts';
import { NOTIFIER_TOKEN, YapeNotifierStandIn } from '../support/yapeNotifier.mts';

/** Only the proxy knows it: it connects to 127.0.0.1 whatever it is asked for. */
const NAME = 'realtime.example.test';
const FRAPPE_KEY = 'key:secret';

let proxy: TestHttpProxy;
let soketi: Soketi;
let notifier: YapeNotifierStandIn;
let n8n: N8nExecutionsStandIn;
const anyCable = new AnyCableStandIn();
let socketIo: TestSocketIoServer;
let frappe: FrappeServer;
let authorising: Server;
const tlsServers: TlsServer[] = [];
const ports: Record<'auth' | 'n8n' | 'notifier', number> = { auth: 0, n8n: 0, notifier: 0 };
const identity = selfSigned(NAME);

beforeAll(async () => {
	setDefaultCACertificates([...getCACertificates(), identity.cert]);
	soketi = await Soketi.start();
	notifier = new YapeNotifierStandIn(APP);
	ports.notifier = Number(new URL(await notifier.start()).port);
	n8n = new N8nExecutionsStandIn();
	ports.n8n = Number(new URL(await n8n.start()).port);
	await anyCable.start();
	socketIo = await TestSocketIoServer.start();
	frappe = await FrappeServer.start({
		users: { [FRAPPE_KEY]: { name: 'ana@example.com', type: 'System User', reads: [] } },
	});
	authorising = createHttpServer((request, response) => {
		let form = '';
		request.on('data', (chunk) => (form += String(chunk)));
		request.on('end', () => {
			const fields = new URLSearchParams(form);
			const socketId = fields.get('socket_id') ?? '';
			const channel = fields.get('channel_name') ?? '';
			response.end(JSON.stringify({ auth: channelSignature(APP, socketId, channel) }));
		});
	});
	await new Promise<void>((resolve) => authorising.listen(0, '127.0.0.1', resolve));
	ports.auth = (authorising.address() as AddressInfo).port;
}, 900_000);

afterAll(async () => {
	for (const server of tlsServers) server.close();
	authorising.closeAllConnections();
	authorising.close();
	await Promise.all([
		soketi.kill(),
		notifier.stop(),
		n8n.stop(),
		anyCable.stop(),
		socketIo.close(),
		frappe.close(),
	]);
});

beforeEach(async () => void (proxy = await TestHttpProxy.start()));
afterEach(async () => {
	httpPools.closeAll();
	socketIoConnections.closeAll();
	vi.unstubAllEnvs();
	await proxy.close();
});

/** A port where TLS is spoken, in front of another. */
async function encrypted(port: number): Promise<number> {
	const server = createTlsServer(identity, (socket) => {
		const plain = connect(port, '127.0.0.1');
		socket.on('error', () => plain.destroy());
		plain.on('error', () => socket.destroy());
		socket.pipe(plain).pipe(socket);
	});
	tlsServers.push(server);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return (server.address() as AddressInfo).port;
}

/** Where a server is, as a credential names it. */
interface Place {
	readonly host: string;
	readonly port: number;
	readonly tls: boolean;
	/** `http(s)://host:port` */
	readonly origin: string;
}

async function broadcast(
	parameters: INode['parameters'],
	credential: [type: string, data: ICredentialDataDecryptedObject],
): Promise<void> {
	const [type, data] = credential;
	const { error } = await runAction(new RealtimeBroadcast(), {
		items: [{ json: { n: 1 } }],
		parameters: { event: 'e', payload: 'item', ...parameters },
		credentials: { [type]: data },
	});
	expect(error).toBeUndefined();
}

async function listen(
	parameters: INode['parameters'],
	[credentialType, credential]: [type: string, data: ICredentialDataDecryptedObject],
): Promise<void> {
	const trigger = await RunningTrigger.start({
		parameters: { events: '*', ...parameters },
		credentialType,
		credential,
	});
	expect(trigger.errors).toEqual([]);
	await trigger.close();
}

async function outcomeOf(
	credentialTest: ICredentialTestFunction,
	data: ICredentialDataDecryptedObject,
) {
	const credential = { id: '1', name: 'test', type: 'test', data };
	return await credentialTest.call(new core.CredentialTestContext(), credential);
}

async function works(...test: Parameters<typeof outcomeOf>): Promise<void> {
	const { status, message } = await outcomeOf(...test);
	expect([status, message]).toEqual(['OK', message]);
}

const pusherCredential = (
	{ host, port, tls }: Place,
	more: ICredentialDataDecryptedObject = {},
): [string, ICredentialDataDecryptedObject] => [
	'realtimeWebhooksPusherApi',
	{ ...soketi.credential, host, port, tls, ...more },
];

const socketIoCredential = ({ origin }: Place): [string, ICredentialDataDecryptedObject] => [
	'realtimeWebhooksSocketIoApi',
	{ url: origin, headers: `{"Authorization": "token ${FRAPPE_KEY}"}` },
];

const cableUrl = ({ origin }: Place) => `${origin.replace('http', 'ws')}/cable`;

const signal = new AbortController().signal;

/** A kind of connection: where it goes, how it is asked of the proxy in plain HTTP, and what makes it. */
interface Kind {
	readonly port: () => number;
	/** `CONNECT` for WebSockets; else method and the beginning of the path. */
	readonly asks: string;
	readonly run: (place: Place) => Promise<void>;
}

const KINDS: Readonly<Record<string, Kind>> = {
	"Pusher's API": {
		port: () => soketi.port,
		asks: `POST /apps/${APP.appId}/`,
		run: async (place) =>
			await broadcast({ transport: 'pusher', channels: 'orders' }, pusherCredential(place)),
	},
	"Pusher's WebSocket": {
		port: () => soketi.port,
		asks: 'CONNECT',
		run: async (place) =>
			await listen({ transport: 'pusher', channels: 'orders' }, pusherCredential(place)),
	},
	'the auth endpoint of a Pusher app': {
		port: () => ports.auth,
		asks: 'POST /broadcasting/auth',
		run: async ({ origin, host }) => {
			const authEndpoint = `${origin}/broadcasting/auth`;
			const place = { host: '127.0.0.1', port: soketi.port, tls: false, origin: '' };
			// The WebSocket goes directly.
			vi.stubEnv('NO_PROXY', host === NAME ? '127.0.0.1' : host);
			const credential = pusherCredential(place, { authEndpoint, secret: '' });
			await listen({ transport: 'pusher', channels: 'private-orders' }, credential);
		},
	},
	"Yape Notifier's API": {
		port: () => ports.notifier,
		asks: 'GET /api/me',
		run: async ({ origin }) => {
			const access = { baseUrl: origin, tokens: [NOTIFIER_TOKEN], egress: async () => undefined };
			expect(await readUser(access, NOTIFIER_TOKEN, signal)).toBe('3');
		},
	},
	"AnyCable's broadcasting": {
		port: () => anyCable.port,
		asks: 'POST /_broadcast',
		run: async ({ origin }) =>
			await broadcast({ transport: 'actionCable', through: 'http', streams: 'a' }, [
				'realtimeWebhooksActionCableApi',
				{ broadcastUrl: `${origin}/_broadcast`, broadcastKey: anyCable.key },
			]),
	},
	"Action Cable's WebSocket": {
		port: () => anyCable.port,
		asks: 'CONNECT',
		run: async (place) =>
			await listen({ transport: 'actionCable', channels: 'RoomChannel' }, [
				'realtimeWebhooksActionCableApi',
				{ url: cableUrl(place) },
			]),
	},
	'a Socket.IO client that broadcasts': {
		port: () => socketIo.port,
		asks: 'CONNECT',
		run: async (place) =>
			await broadcast({ transport: 'socketIo', namespace: '/' }, socketIoCredential(place)),
	},
	'a Socket.IO client that listens': {
		port: () => socketIo.port,
		asks: 'CONNECT',
		run: async (place) => await listen({ transport: 'socketIo' }, socketIoCredential(place)),
	},
	'a Frappe method': {
		port: () => frappe.port,
		asks: 'POST /api/method/my_app.api.publish',
		run: async (place) =>
			await broadcast(
				{ transport: 'frappe', through: 'method', method: 'my_app.api.publish', site: 'erp.test' },
				socketIoCredential(place),
			),
	},
	"Frappe's sign-in": {
		port: () => frappe.port,
		asks: 'GET /api/method/frappe.auth.get_logged_user',
		run: async (place) =>
			await listen({ transport: 'frappe', site: 'erp.test' }, socketIoCredential(place)),
	},
	"Frappe's WebSocket": {
		port: () => frappe.port,
		asks: 'CONNECT',
		run: async (place) =>
			await listen({ transport: 'frappe', site: 'erp.test' }, socketIoCredential(place)),
	},
	"n8n's event store": {
		port: () => ports.n8n,
		asks: 'GET /api/v1/',
		run: async ({ origin: baseUrl }) => {
			const { error } = await runAction(new EventHistory(), {
				items: [{ json: {} }],
				parameters: { resource: 'event', operation: 'getMany', returnAll: true },
				credentials: {
					realtimeWebhooksN8nEventStoreApi: { baseUrl, apiKey: EVENT_STORE_KEY },
				},
			});
			expect(error).toBeUndefined();
		},
	},
	'the test of the credential Pusher API': {
		port: () => soketi.port,
		asks: `GET /apps/${APP.appId}/channels`,
		run: async (place) => await works(testPusherCredential, pusherCredential(place)[1]),
	},
	'the test of the credential Action Cable API': {
		port: () => anyCable.port,
		asks: 'CONNECT',
		run: async (place) => await works(testActionCableCredential, { url: cableUrl(place) }),
	},
	'the test of the credential Socket.IO API': {
		port: () => socketIo.port,
		asks: 'CONNECT',
		run: async (place) => await works(testSocketIoCredential, socketIoCredential(place)[1]),
	},
	'the test of the credential Yape Notifier API': {
		port: () => ports.notifier,
		asks: 'GET /api/me',
		run: async ({ origin: baseUrl }) =>
			await works(testYapeNotifierCredential, { baseUrl, token: NOTIFIER_TOKEN }),
	},
};

const kinds = Object.entries(KINDS);

const placeOf = (host: string, port: number, tls: boolean): Place => ({
	host,
	port,
	tls,
	origin: `${tls ? 'https' : 'http'}://${host}:${port}`,
});

/** What the proxy is asked for, without queries. */
const asked = () => proxy.requests.map((line) => line.replace(/\?.*$/, ''));

describe.each(kinds)('%s', (_name, { port, asks, run }) => {
	test.each(['HTTP_PROXY', 'ALL_PROXY'])(
		'goes through the proxy that %s names',
		async (variable) => {
			stubProxies({ [variable]: `http://127.0.0.1:${proxy.port}` });
			const place = placeOf(NAME, port(), false);
			await run(place);
			const [method, path] = asks.split(' ');
			const line =
				path === undefined ? `CONNECT ${NAME}:${place.port}` : `${method} ${place.origin}${path}`;
			expect(asked().filter((entry) => entry.startsWith(line))).not.toEqual([]);
			expect(new Set(asked().map((entry) => entry.includes(NAME)))).toEqual(new Set([true]));
		},
	);

	test('goes through a tunnel of the proxy that HTTPS_PROXY names, encrypted', async () => {
		stubProxies({ HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` });
		const place = placeOf(NAME, await encrypted(port()), true);
		await run(place);
		expect(new Set(asked())).toEqual(new Set([`CONNECT ${NAME}:${place.port}`]));
	});

	test('does not go through the proxy where NO_PROXY names the host', async () => {
		const address = `http://127.0.0.1:${proxy.port}`;
		stubProxies({ HTTP_PROXY: address, ALL_PROXY: address, NO_PROXY: '127.0.0.1' });
		await run(placeOf('127.0.0.1', port(), false));
		expect(proxy.requests).toEqual([]);
	});
});

describe('a proxy that makes no tunnel', () => {
	test.each(['refuse', 'locked'] as const)('is named: %s', async (mode) => {
		proxy.mode = mode;
		stubProxies({ ALL_PROXY: `http://127.0.0.1:${proxy.port}` });
		const [cable, io, app] = [anyCable.port, socketIo.port, soketi.port].map((port) =>
			placeOf(NAME, port, false),
		) as [Place, Place, Place];
		const words = [
			await outcomeOf(testActionCableCredential, { url: cableUrl(cable) }),
			await outcomeOf(testSocketIoCredential, socketIoCredential(io)[1]),
			await outcomeOf(testPusherCredential, pusherCredential(app)[1]),
		].map(({ message }) => message.replace(/\. .*$/, ''));
		const status = mode === 'locked' ? 407 : 403;
		expect(words).toEqual(
			[cable, io, app].map(
				({ port }) =>
					`The proxy of n8n did not connect to ${NAME}:${port}: it answered with ${status}`,
			),
		);
	});
});

test('a tunnel knows who asks', async () => {
	stubProxies({ ALL_PROXY: `http://ana:p%40ss@127.0.0.1:${proxy.port}` });
	await KINDS["Action Cable's WebSocket"]?.run(placeOf(NAME, anyCable.port, false));
	const basic = `Basic ${Buffer.from('ana:p@ss').toString('base64')}`;
	expect(proxy.authorizations).toEqual([basic]);
});
