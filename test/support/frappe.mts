import {
	createServer,
	type IncomingMessage,
	type Server as HttpServer,
	type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient } from '@redis/client';
import { Server, type Socket } from 'socket.io';

export interface FrappeUser {
	name: string;
	type: 'System User' | 'Website User';
	/** What the user may read: doctypes, and documents as `doctype/name`. */
	reads?: readonly string[];
}

export interface FrappeOptions {
	/** @default 'erp.test' */
	site?: string;
	/** By `key:secret` of a token, or by the `sid` of a session. */
	users: Record<string, FrappeUser>;
	/** How the realtime service words its refusals: three spellings in three years. @default 'node' */
	speaks?: 'node' | 'python' | 'pythonNewest';
	/** A proxy in front names the site, as bench's nginx does, whatever the client says. */
	namedByProxy?: boolean;
	/** Frappe before its change 34199 refuses whoever sends no cookie. @default true */
	wantsCookie?: boolean;
	/** Bench's Redis, whose channel `events` is passed on. */
	redisUrl?: string;
	port?: number;
}

/** What the realtime service says while the web server is away. */
const WEB_IS_DOWN: Record<NonNullable<FrappeOptions['speaks']>, string> = {
	node: 'Unauthorized: TypeError: fetch failed',
	python:
		"Unauthorized: HTTPConnectionPool(host='127.0.0.1', port=8000): Max retries exceeded with url: /api/method/frappe.realtime.get_user_info (Caused by NewConnectionError('<urllib3.connection.HTTPConnection object at 0x7f3c5a1e0>: Failed to establish a new connection: [Errno 111] Connection refused'))",
	pythonNewest: 'Unauthorized',
};

/** A call of a whitelisted method, as it arrived. */
export interface FrappeCallSeen {
	method: string;
	user: string;
	headers: IncomingMessage['headers'];
	args: Record<string, unknown>;
}

type Answer = { status: number; body: unknown; headers?: Record<string, string> };

/**
 * A server with the rules of Frappe's realtime service and of its method API, on 127.0.0.1: a
 * namespace for each site, `Host` and `Origin` of the same name, cookie and authorization, the user
 * asked for over HTTP, rooms, and permission to subscribe.
 */
export class FrappeServer {
	readonly calls: FrappeCallSeen[] = [];
	/** Sockets that were let in. */
	connections = 0;
	/** Handshakes that were turned down. */
	refusals = 0;
	/** Answers a method; by default it returns its arguments' event. */
	onMethod: (call: FrappeCallSeen) => Answer = ({ args }) => ({
		status: 200,
		body: { message: { published: args.event } },
	});
	/** As when the web server restarts: what the realtime service asks is not answered. */
	webIsDown = false;

	private readonly io: Server;
	private readonly http: HttpServer;
	private readonly options: FrappeOptions;
	private readonly subscriber: ReturnType<typeof createClient> | undefined;

	private constructor(options: FrappeOptions) {
		this.options = options;
		this.http = createServer((request, response) => void this.answer(request, response));
		this.io = new Server(this.http, { cleanupEmptyChildNamespaces: true });
		const realtime = this.io.of(/^\/.*$/);
		realtime.use((socket, next) => {
			this.authenticate(socket).then(
				() => next(),
				(error: Error) => {
					this.refusals += 1;
					next(error);
				},
			);
		});
		realtime.on('connection', (socket) => this.accept(socket));
		this.subscriber = options.redisUrl ? createClient({ url: options.redisUrl }) : undefined;
	}

	static async start(options: FrappeOptions): Promise<FrappeServer> {
		const server = new FrappeServer(options);
		const { http, subscriber } = server;
		await new Promise<void>((resolve) => http.listen(options.port ?? 0, '127.0.0.1', resolve));
		subscriber?.on('error', () => undefined);
		await subscriber?.connect();
		await subscriber?.subscribe('events', (message) => server.passOn(message));
		return server;
	}

	get site(): string {
		return this.options.site ?? 'erp.test';
	}

	get port(): number {
		return (this.http.address() as AddressInfo).port;
	}

	get url(): string {
		return `http://127.0.0.1:${this.port}`;
	}

	/** `frappe.publish_realtime` from inside of the site. */
	publish(event: string, message: unknown, room = 'all'): void {
		this.io.of(`/${this.site}`).to(room).emit(event, message);
	}

	/** How many sockets are in a room. */
	membersOf(room: string): number {
		return this.io.of(`/${this.site}`).adapter.rooms.get(room)?.size ?? 0;
	}

	disconnectAll(): void {
		this.io.of(`/${this.site}`).disconnectSockets(true);
	}

	async close(): Promise<void> {
		this.subscriber?.destroy();
		await this.io.close();
	}

	private passOn(text: string): void {
		const { event, message, room, namespace } = JSON.parse(text) as Record<string, string>;
		if (room)
			this.io
				.of(`/${namespace}`)
				.to(room)
				.emit(event ?? '', message);
	}

	private async authenticate(socket: Socket): Promise<void> {
		const { headers } = socket.request;
		const { origin, cookie, authorization } = headers;
		const { speaks = 'node', namedByProxy, wantsCookie } = this.options;
		const named = namedByProxy === true ? this.site : headers['x-frappe-site-name'];
		const site = hostOf(String(named ?? origin ?? headers.host));
		// Whether there is such a site, nobody asks: the user is asked for at the origin's.
		if (socket.nsp.name.slice(1) !== site) throw new Error('Invalid namespace');
		if (origin === undefined || hostOf(headers.host ?? '') !== hostOf(origin)) {
			throw new Error('Invalid origin');
		}
		if (speaks !== 'node' && !cookie && !authorization) {
			throw new Error('Missing cookie and authorization header. Either one needed.');
		}
		if (speaks === 'node' && (wantsCookie ?? true) && !cookie) {
			throw new Error('No cookie transmitted.');
		}
		if (!authorization && !/sid=/.test(cookie ?? '')) {
			throw new Error('No authentication method used. Use cookie or authorization header.');
		}
		if (this.webIsDown) throw new Error(WEB_IS_DOWN[speaks]);
		const url = `${this.url}/api/method/frappe.realtime.get_user_info`;
		const response = await fetch(url, {
			headers: authorization ? { authorization } : { cookie: cookie ?? '' },
		});
		const { message } = (await response.json()) as {
			message?: { user: string; user_type: string };
		};
		if (message === undefined) {
			const words = {
				node: ": TypeError: Cannot read properties of undefined (reading 'user')",
				python: `: ${response.status} Client Error: UNAUTHORIZED for url: ${url}`,
				pythonNewest: '',
			};
			throw new Error(`Unauthorized${words[speaks]}`);
		}
		socket.data = { ...message, reads: this.userOf(headers)?.reads ?? [] };
	}

	private accept(socket: Socket): void {
		this.connections += 1;
		const { user, user_type, reads } = socket.data as {
			user: string;
			user_type: string;
			reads: readonly string[];
		};
		void socket.join([`user:${user}`, 'website']);
		if (user_type === 'System User') void socket.join('all');
		// Refused subscriptions are not answered.
		socket.on('doctype_subscribe', (doctype: string) => {
			if (reads.includes(doctype)) void socket.join(`doctype:${doctype}`);
		});
		socket.on('doc_subscribe', (doctype: string, name: string) => {
			const document = `${doctype}/${name}`;
			if (reads.includes(document)) void socket.join(`doc:${document}`);
		});
		socket.on('task_subscribe', (id: string) => void socket.join(`task_progress:${id}`));
	}

	/**
	 * As `validate_auth` of frappe/auth.py: who shows nothing that Frappe knows is Guest, an expired
	 * `sid` or a header of one word too; a header of two words that signs nobody in is refused.
	 */
	private userOf({ authorization = '', cookie = '' }: IncomingMessage['headers']) {
		const { users } = this.options;
		const guest: FrappeUser = { name: 'Guest', type: 'Website User' };
		const [scheme, key = ''] = authorization.split(' ');
		if (key !== '') return scheme === 'token' ? users[key] : undefined;
		const [, sid = ''] = /(?:^|;\s*)sid=([^;]*)/.exec(cookie) ?? [];
		return users[sid] ?? guest;
	}

	private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const { status, body, headers } = await this.method(request);
		const isText = typeof body === 'string';
		const type = isText ? 'text/html' : 'application/json';
		response.writeHead(status, { 'Content-Type': type, ...headers });
		response.end(isText ? body : JSON.stringify(body));
	}

	private async method(request: IncomingMessage): Promise<Answer> {
		if (this.webIsDown) return { status: 502, body: '<html>502 Bad Gateway</html>' };
		const named = request.headers['x-frappe-site-name'] ?? this.site;
		const isProxied = this.options.namedByProxy === true;
		if (!isProxied && named !== this.site) return { status: 404, body: '<h1>Not Found</h1>' };
		const method = /^\/api\/method\/([\w.]+)$/.exec(request.url ?? '')?.[1];
		const user = this.userOf(request.headers);
		if (user === undefined) {
			return {
				status: 401,
				body: {
					exc_type: 'AuthenticationError',
					exception: 'frappe.exceptions.AuthenticationError',
				},
			};
		}
		if (method === undefined) return { status: 404, body: { exc_type: 'DoesNotExistError' } };
		if (method === 'frappe.realtime.get_user_info') {
			return { status: 200, body: { message: { user: user.name, user_type: user.type } } };
		}
		if (method === 'frappe.auth.get_logged_user') {
			return { status: 200, body: { message: user.name } };
		}
		if (user.name === 'Guest') return { status: 403, body: { exc_type: 'PermissionError' } };
		if (request.method !== 'POST') return { status: 403, body: { exc_type: 'PermissionError' } };
		let text = '';
		for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
		const args = JSON.parse(text) as Record<string, unknown>;
		const call = { method, user: user.name, headers: request.headers, args };
		this.calls.push(call);
		return this.onMethod(call);
	}
}

function hostOf(url: string): string {
	const host = url.includes('://') ? (url.split('/')[2] ?? '') : url;
	return host.split(':')[0] ?? '';
}
