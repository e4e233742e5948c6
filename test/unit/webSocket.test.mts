import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { Server as SocketIoServer } from 'socket.io';
import { afterEach, describe, expect, test } from 'vitest';
import { redactor } from '../../lib/net/redact.ts';
import type { RealtimeFailure } from '../../lib/net/failure.ts';
import {
	HandshakeRefusal,
	NoSubprotocol,
	openWebSocket,
	type WebSocketTarget,
} from '../../lib/net/webSocket.ts';
import { ServerSocket } from '../support/webSocketServer.mts';

const closers: Array<() => void> = [];

afterEach(() => {
	for (const close of closers.splice(0)) close();
});

async function listening(
	server: Server | ReturnType<typeof createTcpServer>,
	port = 0,
): Promise<string> {
	const sockets = new Set<Socket>();
	server.on('connection', (socket: Socket) => sockets.add(socket));
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject).listen(port, '127.0.0.1', resolve);
	});
	closers.push(() => {
		for (const socket of sockets) socket.destroy();
		server.close();
	});
	return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server that answers the handshake with a status. */
async function refusing(
	status: number,
	body: string,
	headers: Record<string, string> = {},
): Promise<string> {
	const server = createServer();
	server.on('upgrade', (_request: IncomingMessage, socket: Socket) => {
		const lines = Object.entries({ 'content-length': Buffer.byteLength(body), ...headers });
		socket.end(
			`HTTP/1.1 ${status} No\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`,
		);
	});
	return await listening(server);
}

function target(url: string, more: Partial<WebSocketTarget> = {}): WebSocketTarget {
	return {
		url: `${url}/?token=secret-token`,
		limitMs: 30_000,
		signal: new AbortController().signal,
		advice: "Check 'URL'.",
		redact: redactor(['secret-token']),
		...more,
	};
}

/** A server that accepts all handshakes, and shows them. */
function accepting(onOpen: (socket: ServerSocket, request: IncomingMessage) => void): Server {
	return createServer().on('upgrade', (request: IncomingMessage, socket: Socket) =>
		onOpen(new ServerSocket(request, socket), request),
	);
}

const silent = { text: () => undefined, ended: () => undefined };

async function failure(options: WebSocketTarget): Promise<RealtimeFailure> {
	return (await openWebSocket(options, silent).then(
		() => Promise.reject(new Error('it opened')),
		(error: unknown) => error,
	)) as RealtimeFailure;
}

describe('a WebSocket', () => {
	test.each([
		[401, 'token secret-token is unknown', '401 (token [hidden] is unknown)', true],
		[404, 'Page not found', '404 (Page not found)', true],
		[404, '<html>no</html>', '404', true],
		[429, 'slow', '429 (slow)', false],
		[503, '', '503', false],
		[200, 'x'.repeat(10_000), `200 (${'x'.repeat(300)}…)`, true],
	])('refused with %s %s', async (status, body, said, permanent) => {
		const url = await refusing(status, body);
		const refused = await failure(target(url));
		expect(refused.message).toBe(
			`${url.replace('ws:', 'http:')} answered the WebSocket handshake with HTTP status ${said}`,
		);
		expect(refused).toBeInstanceOf(HandshakeRefusal);
		expect(refused.permanent).toBe(permanent);
	});

	test('a redirect is named without its query', async () => {
		const url = await refusing(302, '', { location: 'https://other.example.com/cable?token=t' });
		const { description } = await failure(target(url));
		expect(description).toContain('redirects to https://other.example.com/cable.');
	});

	test("the server's patience counts", async () => {
		const url = await refusing(429, '', { 'retry-after': '7' });
		expect((await failure(target(url))).retryAfterMs).toBe(7_000);
	});

	test('a port where nobody listens, a name that nobody has, a server that is silent', async () => {
		const url = await refusing(200, '');
		for (const close of closers.splice(0)) close();
		await expect.poll(async () => (await failure(target(url))).message).toContain('ECONNREFUSED');
		const unknown = await failure(target('ws://no-such-host.invalid'));
		expect(unknown.message).toMatch(/^The host name no-such-host.invalid was not found/);
		expect(unknown.permanent).toBe(false);
		const mute = await listening(createTcpServer());
		const late = await failure(target(mute, { limitMs: 50 }));
		expect(late.message).toContain('did not finish the WebSocket handshake within 0.05 seconds');
	});

	test('an address where no TLS is spoken, and one of another protocol', async () => {
		const url = await refusing(200, '');
		const plain = await failure(target(url.replace('ws:', 'wss:')));
		expect(plain.message).toContain('does not speak TLS as expected');
		expect(plain.permanent).toBe(true);
		const noise = await listening(createTcpServer((socket) => socket.write('SSH-2.0-x\r\n')));
		const other = await failure(target(noise));
		expect(other.message).toContain("can't be reached");
		expect(JSON.stringify([plain, other])).not.toContain('secret-token');
	});

	test('ends at once when nobody wants it any more', async () => {
		const url = await listening(createTcpServer());
		const stop = new AbortController();
		const opening = failure(target(url, { signal: stop.signal }));
		stop.abort();
		expect((await opening).message).toBe('Listening was stopped');
		const late = await failure(target(url, { signal: stop.signal }));
		expect(late.message).toBe('Listening was stopped');
	});

	test('brings texts in order, and tells once how it ended', async () => {
		const http = createServer();
		const io = new SocketIoServer(http, { transports: ['websocket'] });
		const url = await listening(http);
		closers.push(() => void io.close());
		const texts: string[] = [];
		let ended: (() => void) | undefined;
		const end = new Promise<void>((resolve) => (ended = resolve));
		const socket = await openWebSocket(
			{ ...target(url), url: `${url}/socket.io/?EIO=4&transport=websocket` },
			{ text: (text) => texts.push(text), ended: () => ended?.() },
		);
		io.on('connection', (client) => {
			for (let n = 0; n < 1_000; n += 1) client.emit('n', n);
			client.conn.close();
		});
		socket.send('40');
		await end;
		expect(texts.slice(2)).toEqual(Array.from({ length: 1_000 }, (_, n) => `42["n",${n}]`));
	});

	test('a server that chooses none of the subprotocols', async () => {
		const server = createServer();
		server.on('upgrade', ({ headers }: IncomingMessage, socket: Socket) => {
			const accept = createHash('sha1')
				.update(`${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
				.digest('base64');
			socket.write(
				`HTTP/1.1 101 OK\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
			);
		});
		const url = await listening(server);
		const none = await failure(target(url, { protocols: ['a-json', 'b-json'] }));
		expect(none).toBeInstanceOf(NoSubprotocol);
		expect(none.message).toMatch(
			/supports none of the protocols a-json, b-json \(it chose none\)$/,
		);
		expect(none.permanent).toBe(true);
		const socket = await openWebSocket(target(url), silent);
		expect(socket.protocol).toBe('');
		socket.close();
	});

	test('an answer that is no handshake of this connection', async () => {
		const server = createServer();
		server.on('upgrade', (_request: IncomingMessage, socket: Socket) => {
			socket.write(
				'HTTP/1.1 101 OK\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n',
			);
		});
		const url = await listening(server);
		const wrong = await failure(target(url));
		expect(wrong.message).toBe(
			`${url.replace('ws:', 'http:')} interrupted the WebSocket handshake`,
		);
		expect(wrong.permanent).toBe(false);
	});

	test('reaches ports that a browser would not', async () => {
		// Of "bad ports" (https://fetch.spec.whatwg.org/#port-blocking) one that is free here.
		const server = accepting((socket) => (socket.onText = (text) => socket.send(text)));
		let url: string | undefined;
		for (const port of [10080, 6000, 6566, 6665, 6697]) {
			url ??= await listening(server, port).catch(() => undefined);
		}
		const texts: string[] = [];
		const handlers = { ...silent, text: (text: string) => void texts.push(text) };
		const socket = await openWebSocket(target(url ?? ''), handlers);
		socket.send('hello');
		await expect.poll(() => texts).toEqual(['hello']);
		socket.close();
	});

	test('ends where a message is longer than any', async () => {
		const url = await listening(accepting((socket) => socket.send('x'.repeat(17 * 1024 * 1024))));
		const codes: number[] = [];
		const texts: string[] = [];
		const handlers = {
			text: (text: string) => void texts.push(text),
			ended: (code: number) => void codes.push(code),
		};
		const socket = await openWebSocket(target(url), handlers);
		await expect.poll(() => codes).toEqual([1006]);
		expect(texts).toEqual([]);
		socket.send('nobody hears it');
		socket.close();
	});

	test('is gone a moment after it was closed, though the server says nothing', async () => {
		let isGone = false;
		const server = createServer().on('upgrade', (request: IncomingMessage, socket: Socket) => {
			new ServerSocket(request, socket);
			socket.removeAllListeners('data').on('end', () => (isGone = true));
			socket.resume();
		});
		const told: number[] = [];
		const socket = await openWebSocket(target(await listening(server)), {
			...silent,
			ended: (code) => void told.push(code),
		});
		socket.close();
		await expect.poll(() => isGone).toBe(true);
		expect(told).toEqual([]);
	});

	test('sends the headers that it is given', async () => {
		let seen: IncomingMessage['headers'] = {};
		const url = await listening(accepting((_socket, request) => (seen = request.headers)));
		const headers = { origin: 'https://app.example.com', cookie: 'a=b' };
		const socket = await openWebSocket(target(url, { headers }), silent);
		socket.close();
		expect(seen).toMatchObject(headers);
	});

	test('a lookup that forbids the address', async () => {
		const refused = await failure(
			target('ws://cable.example.test', {
				lookup: (_hostname, _options, callback) => callback(new Error('IP is blocked'), ''),
			}),
		);
		expect(refused.message).toBe("http://cable.example.test can't be reached (no code)");
		expect(refused.permanent).toBe(false);
	});

	test('lookup decides what a name means', async () => {
		const url = await refusing(418, 'I am a teapot');
		const asked: string[] = [];
		const refused = await failure(
			target(url.replace('127.0.0.1', 'cable.example.test'), {
				lookup: (hostname, options, callback) => {
					asked.push(hostname);
					if (options.all === true) callback(null, [{ address: '127.0.0.1', family: 4 }]);
					else callback(null, '127.0.0.1', 4);
				},
			}),
		);
		expect(asked).toEqual(['cable.example.test']);
		expect(refused.message).toContain('418 (I am a teapot)');
	});
});
