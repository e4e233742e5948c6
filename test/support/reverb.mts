import { createHash, createHmac } from 'node:crypto';
import { createServer, STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
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
	/** Channels with what the client said of itself there. */
	readonly channels: Map<string, { user_id?: unknown; user_info?: unknown }>;
	/** Messages in the window of the rate limit. */
	readonly rate: { since: number; count: number };
}

/** A text is an error of the HTTP server itself, anything else a controller's JSON. */
type Answer = readonly [status: number, body: unknown, headers?: string];

const EVENTS = ['/events', '/batch_events'];
const TOO_MANY_CONNECTIONS = { code: 4004, message: 'Application is over connection quota' };
const FOREIGN = { code: 4009, message: 'Origin not allowed' };

/**
 * A small Laravel Reverb, written from what its source does where it differs from Pusher and soketi:
 * errors go in-band with their `data` as a text and end nothing, a refused key is told and then the
 * connection dropped without a code, `auth_timestamp` and `auth_key` are not looked at, a request of
 * more than 10,000 bytes with its head is refused, `data` has to be a text, and the server's path is
 * stripped before signatures are checked. HTTP answers are HTTP/1.0 and end their connection; those
 * of the HTTP server itself are plain texts without a length. A channel that nobody is in is `{}`.
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
	/** Patterns of the host of `Origin`. */
	allowedOrigins: string[] = ['*'];
	/** Of them, only those count that have a channel. */
	maxConnections = Infinity;
	/** Messages of one connection in a window, of any kind. */
	rateLimit: { attempts: number; windowMs: number; terminates?: boolean } | undefined;
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
				request.socket.end(rawAnswer(answer));
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

	/** `Origin` of each connection. */
	readonly origins: Array<string | undefined> = [];

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
		this.origins.push(request.headers.origin);
		const known = request.url?.startsWith(`${PATH}/app/${REVERB_APP.key}?`) === true;
		const refusal = known ? this.refusal : { code: 4001, message: 'Application does not exist' };
		if (refusal !== undefined) {
			socket.send(errorFrame(refusal.code, refusal.message));
			socket.terminate();
			return;
		}
		const id = `${Math.floor(Math.random() * 1e9)}.${this.connections}`;
		const rate = { since: 0, count: 0 };
		const client: Client = { socket, id, channels: new Map(), rate };
		const members = [...this.clients].filter(({ channels }) => channels.size > 0);
		const unwanted =
			members.length >= this.maxConnections
				? TOO_MANY_CONNECTIONS
				: this.allows(request.headers.origin)
					? undefined
					: FOREIGN;
		// It is told, and the connection stays open without a greeting.
		if (unwanted !== undefined) return socket.send(errorFrame(unwanted.code, unwanted.message));
		this.clients.add(client);
		socket.onClose = () => this.clients.delete(client);
		socket.onText = (text) => this.command(client, text);
		const data = JSON.stringify({ socket_id: id, activity_timeout: this.activityTimeout });
		socket.send(JSON.stringify({ event: 'pusher:connection_established', data }));
	}

	/** By the host only: a value without a scheme has none. */
	private allows(origin: string | undefined): boolean {
		if (this.allowedOrigins.includes('*')) return true;
		const host = /^[a-z][a-z\d+.-]*:\/\/([^/:?#]+)/i.exec(origin ?? '')?.[1];
		if (host === undefined) return false;
		const asPattern = (text: string) =>
			new RegExp(`^${text.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
		return this.allowedOrigins.some((pattern) => asPattern(pattern).test(host));
	}

	/** Whether the message is beyond the limit; such ones are not counted. */
	private isTooMany({ rate }: Client): boolean {
		if (this.rateLimit === undefined) return false;
		const { attempts, windowMs } = this.rateLimit;
		if (Date.now() - rate.since >= windowMs) Object.assign(rate, { since: Date.now(), count: 0 });
		if (rate.count >= attempts) return true;
		rate.count += 1;
		return false;
	}

	private command(client: Client, text: string): void {
		const { socket, id, channels } = client;
		const message = JSON.parse(text) as (typeof this.commands)[number];
		this.commands.push(message);
		if (this.isTooMany(client)) {
			// Then the reason is not told.
			if (this.rateLimit?.terminates === true) return socket.terminate();
			return socket.send(errorFrame(4301, 'Rate limit exceeded'));
		}
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
		const about = JSON.parse(String(data.channel_data ?? '{}')) as { user_id?: unknown };
		const isPresence = channel.startsWith('presence-');
		if (isPresence && !('user_info' in about)) {
			return socket.send(errorFrame(4200, 'Invalid message format'));
		}
		channels.set(channel, about);
		const presence = JSON.stringify({ presence: this.presence(channel) });
		const succeeded = { event: 'pusher_internal:subscription_succeeded', channel };
		socket.send(JSON.stringify({ ...succeeded, data: isPresence ? presence : '{}' }));
	}

	/** Who is in a presence channel, each once. */
	private presence(channel: string) {
		const members = [...this.clients].flatMap(({ channels }) => channels.get(channel) ?? []);
		const hash = Object.fromEntries(
			members.map(({ user_id: id, user_info: info }) => [String(id), info]),
		) as Record<string, unknown>;
		return { count: Object.keys(hash).length, ids: Object.keys(hash), hash };
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
		const path = url.pathname.replace(PATH, '').replace(/^\/apps\/[^/]+/, '');
		const json: unknown = body === '' ? undefined : JSON.parse(body);
		this.requests.push({ path, body: json, bytes });
		const prepared = this.nextAnswers.shift();
		if (prepared !== undefined) return prepared;
		if (bytes > MAX_REQUEST_BYTES) return [413, 'Payload too large.'];
		const isPost = EVENTS.includes(path);
		if (!isPost && !/^\/channels(\/[^/]+(\/users)?)?$/.test(path)) return [404, 'Not found.'];
		if (method !== (isPost ? 'POST' : 'GET')) {
			return [405, 'Method not allowed.', `Allow: ${isPost ? 'POST' : 'GET'}\r\n`];
		}
		if (!url.pathname.startsWith(`${PATH}/apps/${REVERB_APP.appId}/`)) {
			return [404, 'No matching application for ID [x].'];
		}
		if (!isSigned(method, url, body)) return [401, 'Authentication signature invalid.'];
		const info = (url.searchParams.get('info') ?? '').split(',');
		return isPost
			? this.publish(path, json as Record<string, unknown>)
			: this.tell(path, info, url.searchParams.get('filter_by_prefix') ?? '');
	}

	/** The routes that read. */
	private tell(path: string, info: readonly string[], prefix: string): Answer {
		const [, , channel, users] = path.split('/');
		const occupied = new Set([...this.clients].flatMap(({ channels }) => [...channels.keys()]));
		if (channel === undefined) {
			const names = [...occupied].filter((name) => name.startsWith(prefix));
			const told = names.map((name) => [name, this.info(name, info)]);
			// PHP writes an empty map as an empty list.
			return [200, { channels: told.length === 0 ? [] : Object.fromEntries(told) }];
		}
		if (users === undefined) return [200, this.info(channel, [...info, 'occupied'])];
		if (!occupied.has(channel)) return [404, {}];
		if (!channel.startsWith('presence')) return [400, {}];
		return [200, { users: this.presence(channel).ids.map((id) => ({ id })) }];
	}

	/** What is known of a channel: no count where nobody is in, nor of a presence channel. */
	private info(channel: string, wanted: readonly string[]): Record<string, unknown> {
		const count = [...this.clients].filter(({ channels }) => channels.has(channel)).length;
		const known: Record<string, unknown> = {
			occupied: count > 0,
			...(count === 0
				? {}
				: channel.startsWith('presence')
					? { user_count: this.presence(channel).count }
					: { subscription_count: count }),
		};
		return Object.fromEntries(Object.entries(known).filter(([name]) => wanted.includes(name)));
	}

	private publish(path: string, body: Record<string, unknown>): Answer {
		const isBatch = path === '/batch_events';
		const events = isBatch ? (body.batch as Array<Record<string, unknown>>) : [body];
		if (events.some(({ data }) => typeof data !== 'string')) {
			return [422, { data: ['The data field must be a string.'] }];
		}
		const told = events.map(({ name, data, channel, channels, socket_id: except, info }) => {
			const targets = (channels ?? [channel]) as string[];
			for (const target of targets) this.broadcast(target, String(name), String(data), except);
			const wanted = String(info).split(',');
			return info === undefined ? [] : targets.map((one) => [one, this.info(one, wanted)] as const);
		});
		if (isBatch) {
			const isAsked = events.some(({ info }) => info !== undefined);
			return [200, { batch: isAsked ? told.map(([first]) => first?.[1] ?? {}) : {} }];
		}
		const [asked = []] = told;
		return [200, asked.length > 0 ? { channels: Object.fromEntries(asked) } : {}];
	}
}

/** A whole HTTP answer. */
function rawAnswer([status, body, headers = '']: Answer): string {
	const reason = STATUS_CODES[status] ?? '';
	if (typeof body === 'string') return `HTTP/1.1 ${status} ${reason}\r\n${headers}\r\n${body}`;
	const json = JSON.stringify(body);
	const about = `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(json)}\r\n`;
	return `HTTP/1.0 ${status} ${reason}\r\n${about}${headers}\r\n${json}`;
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
