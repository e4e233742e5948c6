import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ServerSocket } from './webSocketServer.mts';

/** The one app of the server. */
export const REVERB_APP = {
	appId: 'reverb-app',
	key: 'reverb-key',
	secret: 'reverb-secret-hidden',
};

/** The path of this stand-in, as REVERB_SERVER_PATH sets it. */
const PATH = '/realtime';

const MAX_REQUEST_BYTES = 10_000;

interface Client {
	readonly socket: ServerSocket;
	readonly id: string;
	readonly channels: Set<string>;
}

type Answer = readonly [status: number, body: unknown];

/**
 * A small Laravel Reverb, written from what its source does where it differs from Pusher and soketi:
 * errors go in-band with their `data` as a text and end nothing, a refused key is told and then the
 * connection dropped without a code, `auth_timestamp` and `auth_key` are not looked at, a request of
 * more than 10,000 bytes with its head is refused, `data` has to be a text, and the server's path is
 * stripped before signatures are checked.
 *
 * @see https://github.com/laravel/reverb
 */
export class Reverb {
	/** Commands of clients, as they came. */
	readonly commands: Array<{ event: string; data?: Record<string, unknown> }> = [];
	/** Requests to the HTTP API: path below the app, and the parsed body. */
	readonly requests: Array<{ path: string; body: unknown; bytes: number }> = [];
	/** Answers the next requests to the HTTP API in place of the server. */
	readonly nextAnswers: Array<Answer | 'hang' | 'drop'> = [];
	/** Channels that this server refuses whatever they are signed with. */
	readonly forbidden = new Set<string>();
	/** Channels that it never says a word about. */
	readonly silent = new Set<string>();
	/** Sent for every connection in place of the greeting, then the connection is dropped. */
	refusal: { code: number; message: string } | undefined;
	/** What a proxy in front answers to every WebSocket in place of the server. */
	proxyAnswer: number | undefined;
	/** Seconds in the greeting. */
	activityTimeout = 30;
	/** Whether clients' pings are answered. */
	answersPings = true;
	/** Connections so far. */
	connections = 0;

	private readonly clients = new Set<Client>();
	private readonly http: Server;

	private constructor(http: Server) {
		this.http = http;
		http.on('request', (request, response) => {
			void this.handle(request).then((answer) => {
				if (answer === 'hang') return;
				if (answer === 'drop') return void response.destroy();
				const [status, body] = answer;
				response.writeHead(status, { 'content-type': 'application/json' });
				response.end(JSON.stringify(body));
			});
		});
		http.on('upgrade', (request, stream) => {
			if (this.proxyAnswer === undefined) {
				return this.accept(new ServerSocket(request, stream), request);
			}
			this.connections += 1;
			return void stream.end(`HTTP/1.1 ${this.proxyAnswer} No\r\nContent-Length: 0\r\n\r\n`);
		});
	}

	static async start(): Promise<Reverb> {
		const http = createServer();
		await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
		return new Reverb(http);
	}

	get port(): number {
		return (this.http.address() as AddressInfo).port;
	}

	/** Fields of the credential 'Pusher API'. */
	get credential(): Record<string, string | number | boolean> {
		return {
			...REVERB_APP,
			server: 'reverb',
			host: '127.0.0.1',
			port: this.port,
			tls: false,
			path: PATH,
		};
	}

	/** Sends an event to a channel's subscribers; gives how many there are. */
	broadcast(channel: string, event: string, data: string, exceptSocketId?: unknown): number {
		const subscribers = [...this.clients].filter(({ channels }) => channels.has(channel));
		for (const { socket, id } of subscribers) {
			if (id !== exceptSocketId) socket.send(JSON.stringify({ event, channel, data }));
		}
		return subscribers.length;
	}

	/** An error to every client, in-band as Reverb sends it; it ends nothing. */
	error(code: number, message: string): void {
		for (const { socket } of this.clients) socket.send(errorFrame(code, message));
	}

	/** Any text to every client. */
	say(text: string): void {
		for (const { socket } of this.clients) socket.send(text);
	}

	/** Drops every connection without a code. */
	terminate(): void {
		for (const { socket } of this.clients) socket.terminate();
	}

	/** Ends every connection with a code. */
	closeAll(code: number): void {
		for (const { socket } of this.clients) socket.close(code);
	}

	async close(): Promise<void> {
		this.terminate();
		this.http.closeAllConnections();
		await new Promise((resolve) => this.http.close(resolve));
	}

	private accept(socket: ServerSocket, request: IncomingMessage): void {
		this.connections += 1;
		const known = request.url?.startsWith(`${PATH}/app/${REVERB_APP.key}?`) === true;
		const refusal = known ? this.refusal : { code: 4001, message: 'Application does not exist' };
		if (refusal !== undefined) {
			socket.send(errorFrame(refusal.code, refusal.message));
			socket.terminate();
			return;
		}
		const id = `${Math.floor(Math.random() * 1e9)}.${this.connections}`;
		const client: Client = { socket, id, channels: new Set() };
		this.clients.add(client);
		socket.onClose = () => this.clients.delete(client);
		socket.onText = (text) => this.command(client, text);
		const data = JSON.stringify({ socket_id: id, activity_timeout: this.activityTimeout });
		socket.send(JSON.stringify({ event: 'pusher:connection_established', data }));
	}

	private command({ socket, id, channels }: Client, text: string): void {
		const message = JSON.parse(text) as (typeof this.commands)[number];
		this.commands.push(message);
		const { event, data = {} } = message;
		const channel = String(data.channel);
		if (event === 'pusher:pong') return;
		if (event === 'pusher:ping') {
			if (this.answersPings) socket.send(JSON.stringify({ event: 'pusher:pong' }));
			return;
		}
		if (event !== 'pusher:subscribe')
			return socket.send(errorFrame(4200, 'Invalid message format'));
		if (this.silent.has(channel)) return;
		if (!this.mayJoin(id, channel, data)) {
			return socket.send(errorFrame(4009, 'Connection is unauthorized'));
		}
		channels.add(channel);
		const succeeded = { event: 'pusher_internal:subscription_succeeded', channel, data: '{}' };
		socket.send(JSON.stringify(succeeded));
	}

	private mayJoin(socketId: string, channel: string, data: Record<string, unknown>): boolean {
		if (this.forbidden.has(channel)) return false;
		if (!/^(private|presence)/.test(channel)) return true;
		const signed = [socketId, channel, ...(data.channel_data ? [String(data.channel_data)] : [])];
		// Everything behind the first colon: a key with a colon never matches.
		const signature = String(data.auth).replace(/^[^:]*:/, '');
		return signature === hmac(signed.join(':'));
	}

	private async handle(request: IncomingMessage): Promise<Answer | 'drop' | 'hang'> {
		let body = '';
		for await (const chunk of request.setEncoding('utf8')) body += String(chunk);
		const { method = '', rawHeaders } = request;
		const url = new URL(request.url ?? '', 'http://reverb');
		const head = `${method} ${request.url} HTTP/1.1\r\n${rawHeaders.join('\r\n')}\r\n`;
		const bytes = Buffer.byteLength(head) + rawHeaders.length + Buffer.byteLength(body);
		const path = url.pathname.replace(PATH, '').replace(`/apps/${REVERB_APP.appId}`, '');
		const json: unknown = body === '' ? undefined : JSON.parse(body);
		this.requests.push({ path, body: json, bytes });
		const prepared = this.nextAnswers.shift();
		if (prepared !== undefined) return prepared;
		if (bytes > MAX_REQUEST_BYTES) return [413, { message: 'Payload too large.' }];
		if (!url.pathname.startsWith(`${PATH}/apps/${REVERB_APP.appId}/`)) {
			return [404, { message: 'No matching application for ID [x].' }];
		}
		if (!isSigned(method, url, body))
			return [401, { message: 'Authentication signature invalid.' }];
		return this.answer(path, json as Record<string, unknown>);
	}

	private answer(path: string, body: Record<string, unknown>): Answer {
		if (path === '/channels') return [200, { channels: [] }];
		const events =
			path === '/batch_events' ? (body.batch as Array<Record<string, unknown>>) : [body];
		if (events.some(({ data }) => typeof data !== 'string')) {
			return [422, { message: 'The data field must be a string.' }];
		}
		const told = events.map(({ name, data, channel, channels, socket_id: except, info }) => {
			const targets = (channels ?? [channel]) as string[];
			const counts = targets.map((target) => [
				target,
				{ subscription_count: this.broadcast(target, String(name), String(data), except) },
			]);
			return info === undefined ? {} : (Object.fromEntries(counts) as Record<string, unknown>);
		});
		if (path === '/batch_events')
			return [200, { batch: told.map((each) => Object.values(each)[0] ?? {}) }];
		return [200, Object.keys(told[0] ?? {}).length > 0 ? { channels: told[0] } : {}];
	}
}

function errorFrame(code: number, message: string): string {
	return JSON.stringify({ event: 'pusher:error', data: JSON.stringify({ code, message }) });
}

function isSigned(method: string, url: URL, body: string): boolean {
	const parameters = [...url.searchParams].filter(([name]) => name !== 'auth_signature');
	const md5 = createHash('md5').update(body).digest('hex');
	if (body !== '' && url.searchParams.get('body_md5') !== md5) return false;
	const plain = parameters.sort(([a], [b]) => (a < b ? -1 : 1)).map((pair) => pair.join('='));
	const path = url.pathname.replace(PATH, '');
	return url.searchParams.get('auth_signature') === hmac(`${method}\n${path}\n${plain.join('&')}`);
}

function hmac(text: string): string {
	return createHmac('sha256', REVERB_APP.secret).update(text).digest('hex');
}
