import { once } from 'node:events';
import {
	createServer,
	type IncomingHttpHeaders,
	type IncomingMessage,
	type Server,
	type ServerResponse,
} from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

/** A delivery that came in whole. */
export interface DeliveredRequest {
	/** With its query. */
	readonly path: string;
	readonly headers: IncomingHttpHeaders;
	readonly body: string;
	/** Milliseconds since 1970. */
	readonly at: number;
	/** Requests under way when it came in, this one included. */
	readonly together: number;
}

const MEGABYTE = Buffer.alloc(1024 * 1024, 'x');

/** 64 MB that are 64 KB on the wire. */
const BOMB = gzipSync(Buffer.alloc(64 * 1024 * 1024));

/**
 * A real http server that behaves as the path says: the first part is one of the cases of `answer`, a
 * second one its argument (`/status/503`). Anything may follow, to tell subscribers apart.
 */
export class SubscriberServer {
	readonly received: DeliveredRequest[] = [];

	/** Requests at a time, and the most there ever were. */
	atATime = 0;
	mostAtATime = 0;

	readonly #server: Server;
	readonly #changed = new Set<() => void>();
	readonly #gated: ServerResponse[] = [];

	private constructor(server: Server) {
		this.#server = server;
	}

	static async start(): Promise<SubscriberServer> {
		const server = createServer({ keepAliveTimeout: 60_000 });
		const subscriber = new SubscriberServer(server);
		server.on('request', (request, response) => subscriber.#take(request, response));
		server.listen(0, '127.0.0.1');
		await once(server, 'listening');
		return subscriber;
	}

	get origin(): string {
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	/** How often a path was asked. */
	count(path: string): number {
		return this.received.filter((request) => request.path === path).length;
	}

	/** Until so many requests have come in. */
	async got(count: number): Promise<void> {
		while (this.received.length < count) {
			await new Promise<void>((resolve) => this.#changed.add(resolve));
		}
	}

	async close(): Promise<void> {
		this.#server.closeAllConnections();
		this.#server.close();
		await once(this.#server, 'close');
	}

	#take(request: IncomingMessage, response: ServerResponse): void {
		this.atATime += 1;
		this.mostAtATime = Math.max(this.mostAtATime, this.atATime);
		response.once('close', () => (this.atATime -= 1));
		request.on('error', () => undefined);
		response.on('error', () => undefined);
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const path = request.url ?? '/';
			const body = Buffer.concat(chunks).toString();
			const { headers } = request;
			this.received.push({ path, headers, body, at: Date.now(), together: this.atATime });
			this.#answer(path, response);
			for (const resolve of this.#changed) resolve();
			this.#changed.clear();
		});
	}

	#answer(path: string, response: ServerResponse): void {
		const { pathname, searchParams } = new URL(path, this.origin);
		const [, behaviour, argument = ''] = pathname.split('/');
		const number = Number(argument);
		switch (behaviour) {
			case 'ok':
				return void response.end('thank you');
			case 'status':
				return void response
					.writeHead(number, { ...Object.fromEntries(searchParams) })
					.end(number === 204 || number === 304 ? undefined : `status ${number}`);
			case 'hang':
				return;
			case 'hangInBody':
				response.writeHead(200, { 'content-length': '100' });
				return void response.write('the beginning');
			case 'late':
				response.statusCode = Number(searchParams.get('status') ?? 200);
				return void setTimeout(() => response.end('late'), number);
			// Answers once so many are there.
			case 'gate':
				response.statusCode = Number(searchParams.get('status') ?? 200);
				this.#gated.push(response);
				if (this.#gated.length < number) return;
				for (const one of this.#gated.splice(0)) one.end();
				return;
			// Fails so many times, then takes it.
			case 'flaky':
				return void response.writeHead(this.count(path) <= number ? 503 : 200).end();
			case 'large':
				return send(response, number);
			case 'endless':
				return send(response, Infinity);
			case 'bomb':
				return void response.writeHead(200, { 'content-encoding': 'gzip' }).end(BOMB);
			case 'says':
				return void response.writeHead(500).end(decodeURIComponent(argument));
			case 'resetInBody':
				response.writeHead(200, { 'content-length': '100' });
				return void response.write('the beginning', () => response.socket?.resetAndDestroy());
			case 'reset':
				return void response.socket?.resetAndDestroy();
			case 'close':
				return void response.socket?.destroy();
			default:
				return void response.writeHead(404).end('no such behaviour');
		}
	}
}

/** Megabyte after megabyte, as fast as the other side takes them. */
function send(response: ServerResponse, megabytes: number): void {
	let left = megabytes;
	const more = () => {
		while (left > 0 && !response.destroyed) {
			left -= 1;
			if (!response.write(MEGABYTE)) return void response.once('drain', more);
		}
		response.end();
	};
	more();
}

/** A server that is none: it does with each connection, at its first bytes, what it is told. */
export async function startRawServer(
	act: (socket: Socket) => void,
): Promise<{ origin: string; close: () => Promise<void> }> {
	const sockets = new Set<Socket>();
	const server = createTcpServer((socket) => {
		sockets.add(socket);
		socket.on('error', () => undefined);
		socket.once('data', () => act(socket));
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		close: async () => {
			for (const socket of sockets) socket.destroy();
			server.close();
			await once(server, 'close');
		},
	};
}
