import {
	createServer,
	request,
	type IncomingMessage,
	type Server,
	type ServerResponse,
} from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * An HTTP proxy on 127.0.0.1 (RFC 9110 section 9.3.6, RFC 9112 section 3.2.2). It connects to
 * 127.0.0.1 whatever name it is asked for, because the names of tests do not exist.
 */
export class TestHttpProxy {
	/** `CONNECT example.com:443`, `POST http://example.com/hook`, in the order of their arrival. */
	readonly requests: string[] = [];
	/** Value of `Proxy-Authorization` of each request; empty where there was none. */
	readonly authorizations: string[] = [];
	/** Whether it does its work; `locked` wants a password of everybody, the rest is about CONNECT. */
	mode: 'locked' | 'open' | 'refuse' | 'silent' = 'open';
	readonly port: number;
	private readonly server: Server;
	private readonly sockets = new Set<Duplex>();

	constructor(server: Server) {
		this.server = server;
		this.port = (server.address() as AddressInfo).port;
		server.on('connection', (socket) => this.hold(socket));
		server.on('request', (incoming, outgoing) => this.forward(incoming, outgoing));
		server.on('connect', (incoming, client: Duplex, head: Buffer) =>
			this.tunnel(incoming, client, head),
		);
	}

	static async start(): Promise<TestHttpProxy> {
		const server = createServer();
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		return new TestHttpProxy(server);
	}

	async close(): Promise<void> {
		for (const socket of this.sockets) socket.destroy();
		await new Promise((resolve) => this.server.close(resolve));
	}

	private note({ method, url, headers }: IncomingMessage): void {
		this.requests.push(`${method} ${url}`);
		this.authorizations.push(headers['proxy-authorization'] ?? '');
	}

	private forward(incoming: IncomingMessage, outgoing: ServerResponse): void {
		this.note(incoming);
		if (this.mode === 'locked') {
			outgoing.writeHead(407, { 'proxy-authenticate': 'Basic' }).end('Who are you?');
			return;
		}
		const { method, url = '', headers } = incoming;
		if (!URL.canParse(url)) {
			// Not the form in which proxies are asked.
			outgoing.writeHead(400).end();
			return;
		}
		const { port, pathname, search } = new URL(url);
		const onward = request(
			{ host: '127.0.0.1', port, method, path: pathname + search, headers },
			(answer) => {
				outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
				answer.pipe(outgoing);
			},
		);
		onward.on('error', () => outgoing.writeHead(502).end());
		incoming.pipe(onward);
	}

	private tunnel(incoming: IncomingMessage, client: Duplex, head: Buffer): void {
		this.note(incoming);
		client.on('error', () => undefined);
		if (this.mode === 'silent') return;
		if (this.mode !== 'open') {
			const status = this.mode === 'locked' ? '407 Proxy Authentication Required' : '403 Forbidden';
			client.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`);
			return;
		}
		const [, port] = /:(\d+)$/.exec(incoming.url ?? '') ?? [];
		const upstream = connect(Number(port), '127.0.0.1', () => {
			client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
			upstream.write(head);
			upstream.pipe(client).pipe(upstream);
		});
		this.hold(upstream);
		upstream.on('error', () => client.destroy());
	}

	private hold(socket: Socket): void {
		this.sockets.add(socket);
		socket.on('error', () => undefined);
		socket.once('close', () => this.sockets.delete(socket));
	}
}
