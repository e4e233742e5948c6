import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { afterEach, describe, expect, it } from 'vitest';
import { RealtimeBroadcast } from '../../nodes/Realtime/RealtimeBroadcast.node.ts';
import { core } from '../support/n8nCore.mts';
import { TestSocketIoServer } from '../support/socketIoServer.mts';
import { ServerSocket } from '../support/webSocketServer.mts';

/** What a server inside of n8n's network says, and nobody outside is to read. */
const WORDS = 'internal-page-1234';

const closers: Array<() => unknown> = [];

afterEach(async () => {
	for (const close of closers.splice(0)) await close();
});

async function portOf(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
	const sockets = new Set<Socket>();
	server.on('connection', (socket: Socket) => sockets.add(socket));
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	closers.push(() => {
		for (const socket of sockets) socket.destroy();
		server.close();
	});
	return (server.address() as AddressInfo).port;
}

/** A server that answers all requests, those for a WebSocket too, with a status and its words. */
async function answering(status: number, body: string): Promise<number> {
	const head = { location: `http://other.internal/${WORDS}`, 'content-type': 'text/plain' };
	const answer = (_request: IncomingMessage, response: ServerResponse) => {
		response.writeHead(status, head).end(body);
	};
	const server = createServer(answer);
	server.on('upgrade', (_request: IncomingMessage, socket: Socket) => {
		const lines = Object.entries({ ...head, 'content-length': Buffer.byteLength(body) });
		socket.end(
			`HTTP/1.1 ${status} ${WORDS}\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`,
		);
	});
	return await portOf(server);
}

/** A server that accepts WebSockets, whatever protocol they ask for. */
async function speaking(say: (socket: ServerSocket) => void, protocol?: string): Promise<number> {
	const server = createServer((_request, response) => response.writeHead(404).end(WORDS));
	server.on('upgrade', (request: IncomingMessage, socket: Socket) =>
		say(new ServerSocket(request, socket, protocol)),
	);
	return await portOf(server);
}

async function redisSaying(reply: string): Promise<number> {
	return await portOf(createTcpServer((socket) => socket.on('data', () => socket.write(reply))));
}

type TestName = keyof RealtimeBroadcast['methods']['credentialTest'];

async function outcome(name: TestName, data: ICredentialDataDecryptedObject): Promise<string> {
	const test = new RealtimeBroadcast().methods.credentialTest[name];
	const { status, message } = await test.call(new core.CredentialTestContext(), {
		...{ id: '1', name: 'test', type: 'test' },
		data,
	});
	expect(status).toBe('Error');
	expect(message).not.toContain(WORDS);
	return message;
}

const host = '127.0.0.1';

const pusher = async (port: number) =>
	await outcome('testPusherCredential', {
		...{ server: 'reverb', appId: '1', key: 'key', secret: 'secret', cluster: '', path: '' },
		...{ host, port, tls: false, authEndpoint: '', authHeaders: '', encryptionMasterKey: '' },
	});
const cable = async (port: number) =>
	await outcome('testActionCableCredential', { url: `ws://${host}:${port}/cable` });
const anyCable = async (port: number) =>
	await outcome('testActionCableCredential', {
		broadcastUrl: `http://${host}:${port}/_broadcast`,
		broadcastKey: 'key',
	});
const socketIo = async (port: number) =>
	await outcome('testSocketIoCredential', { url: `http://${host}:${port}` });
const redis = async (port: number, more: ICredentialDataDecryptedObject = {}) =>
	await outcome('testRealtimeRedisCredential', { host, port, password: 'pa55word', ...more });

describe('a credential test says what happened, and nothing that the server says', () => {
	describe.each([
		[302, WORDS],
		[401, WORDS],
		[403, JSON.stringify({ message: WORDS, error: WORDS })],
		[404, WORDS],
		[418, JSON.stringify(WORDS)],
		[503, WORDS],
	])('for an answer with status %i', (status, body) => {
		it.each([
			['Pusher', pusher],
			['Action Cable', cable],
			['AnyCable', anyCable],
		])('to %s', async (_name, test) => {
			expect(await test(await answering(status, body))).toContain(`status ${status}`);
		});

		it('to Socket.IO', async () => {
			const message = await socketIo(await answering(status, body));
			expect(message).toMatch(
				status === 401 || status === 403
					? /^The Socket.IO server refused the connection\. /
					: new RegExp(` answered the Socket.IO handshake with HTTP status ${status}\\. `),
			);
		});
	});

	it("for the words of Pusher's protocol", async () => {
		const data = JSON.stringify({ code: 4009, message: WORDS });
		const port = await speaking((socket) => socket.send(`{"event":"pusher:error","data":${data}}`));
		expect(await pusher(port)).toContain('refused the connection: code 4009');
	});

	it("for a reason of Action Cable's protocol that is none, and for a subprotocol", async () => {
		const goodbye = JSON.stringify({ type: 'disconnect', reason: WORDS, reconnect: false });
		const port = await speaking((socket) => socket.send(goodbye), 'actioncable-v1-json');
		expect(await cable(port)).toBe(`${host}:${port} ended the connection`);
		const other = await speaking(() => undefined, WORDS);
		expect(await cable(other)).toContain('(it chose another)');
	});

	it("for the refusal of Socket.IO's server, and what it adds", async () => {
		const server = await TestSocketIoServer.start();
		closers.push(async () => await server.close());
		server.io.use((_socket, next) => next(Object.assign(new Error(WORDS), { data: { WORDS } })));
		expect(await socketIo(server.port)).toBe(
			"The Socket.IO server refused the connection. Check 'Auth' and 'Headers' in the credential, and 'Namespace'.",
		);
	});

	it('for what Redis replies, or something that is no Redis', async () => {
		const port = await redisSaying(`-ERR ${WORDS}\r\n`);
		const refusal = `The login was refused by Redis at ${host}:${port}.`;
		expect(await redis(port)).toBe(`${refusal} Check the Redis server and its credential.`);
		const known = await redis(await redisSaying(`-WRONGPASS ${WORDS}\r\n`));
		expect(known).toContain(': WRONGPASS. ');
		const ping = await redis(await redisSaying(`-ERR ${WORDS}\r\n`), { password: '' });
		expect(ping).toContain('PING was refused by Redis');
		const other = await redis(await redisSaying(`HTTP/1.1 400 ${WORDS}\r\n\r\n`));
		expect(other).toContain("Can't connect to Redis");
	});
});
