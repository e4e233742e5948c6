import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type ServerOptions, type Socket } from 'socket.io';
import { listenAgain } from './listenAgain.mts';

/** An event as a server's handlers saw it. */
export interface ReceivedEvent {
	namespace: string;
	name: string;
	args: unknown[];
}

/** A real Socket.IO server on 127.0.0.1 that notes what arrives. */
export class TestSocketIoServer {
	/** Events in the order of arrival, over all namespaces. */
	readonly received: ReceivedEvent[] = [];
	/** Handshakes that reached a namespace, refused ones not counted. */
	connections = 0;
	/** Answers an event that wants an acknowledgement; by default nobody answers. */
	answer: ((event: ReceivedEvent, acknowledge: (...values: unknown[]) => void) => void) | undefined;

	private readonly waiting = new Set<() => void>();

	private constructor(
		readonly io: Server,
		private readonly http: HttpServer,
	) {}

	/** Starts a server with the main namespace and those named, on a free or the given port. */
	static async start(
		options: Partial<ServerOptions> & { namespaces?: string[]; port?: number } = {},
	): Promise<TestSocketIoServer> {
		const { namespaces = [], port = 0, ...serverOptions } = options;
		const http = createServer();
		const server = new TestSocketIoServer(new Server(http, serverOptions), http);
		for (const name of ['/', ...namespaces]) {
			server.io.of(name).on('connection', (socket) => server.listenTo(socket));
		}
		await listenAgain(http, port);
		return server;
	}

	get port(): number {
		return (this.http.address() as AddressInfo).port;
	}

	get url(): string {
		return `http://127.0.0.1:${this.port}`;
	}

	/** Resolves when the condition holds; it is looked at after everything that happens. */
	async until(condition: () => boolean): Promise<void> {
		if (condition()) return;
		await new Promise<void>((resolve) => {
			const check = () => {
				if (!condition()) return;
				this.waiting.delete(check);
				resolve();
			};
			this.waiting.add(check);
		});
	}

	/** Connections that are open now, in the main namespace. */
	get open(): number {
		return this.io.of('/').sockets.size;
	}

	async close(): Promise<void> {
		await this.io.close();
	}

	private listenTo(socket: Socket): void {
		this.connections += 1;
		socket.onAny((name: string, ...args: unknown[]) => {
			const last = args.at(-1);
			const event = { namespace: socket.nsp.name, name, args };
			if (typeof last === 'function') {
				args.pop();
				this.answer?.(event, (...values) => Reflect.apply(last, undefined, values));
			}
			this.received.push(event);
			this.changed();
		});
		socket.on('disconnect', () => this.changed());
		this.changed();
	}

	private changed(): void {
		for (const check of [...this.waiting]) check();
	}
}
