import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

/** Stands between a client and a server on 127.0.0.1, and does what networks do at bad times. */
export class TcpProxy {
	readonly port: number;
	/** Connections that clients have made so far, those that were cut at once not counted. */
	connections = 0;

	private mode: 'cut' | 'frozen' | 'open' = 'open';
	private readonly pairs = new Set<readonly [Socket, Socket]>();
	private readonly waiting = new Set<Socket>();
	private readonly server: Server;
	private targetPort: number;

	constructor(server: Server, targetPort: number) {
		this.server = server;
		this.targetPort = targetPort;
		this.port = (server.address() as AddressInfo).port;
		server.on('connection', (client) => this.accept(client));
	}

	/** Ends all connections, and each new one at once. */
	cut(): void {
		this.mode = 'cut';
		this.dropAll();
	}

	/** Holds back all data in both directions, and says nothing to new connections. */
	freeze(): void {
		this.mode = 'frozen';
		for (const pair of this.pairs) for (const socket of pair) socket.pause();
	}

	/** Works again: what was held back arrives, where its connection is still there. */
	restore(): void {
		this.mode = 'open';
		for (const pair of this.pairs) for (const socket of pair) socket.resume();
		for (const client of this.waiting) this.join(client);
		this.waiting.clear();
	}

	/** New connections go to another port. */
	redirect(targetPort: number): void {
		this.targetPort = targetPort;
	}

	async close(): Promise<void> {
		this.cut();
		await new Promise((resolve) => this.server.close(resolve));
	}

	private accept(client: Socket): void {
		client.on('error', () => undefined);
		if (this.mode === 'cut') {
			client.destroy();
			return;
		}
		this.connections += 1;
		if (this.mode === 'open') {
			this.join(client);
			return;
		}
		client.pause();
		this.waiting.add(client);
		client.once('close', () => this.waiting.delete(client));
	}

	private join(client: Socket): void {
		const upstream = connect(this.targetPort, '127.0.0.1');
		const pair = [client, upstream] as const;
		this.pairs.add(pair);
		for (const [from, to] of [pair, [upstream, client] as const]) {
			from.on('error', () => undefined);
			from.on('data', (chunk) => void to.write(chunk));
			from.once('end', () => void to.end());
			from.once('close', () => {
				to.destroy();
				this.pairs.delete(pair);
			});
		}
		client.resume();
	}

	private dropAll(): void {
		for (const pair of this.pairs) for (const socket of pair) socket.destroy();
		for (const client of this.waiting) client.destroy();
	}
}

/** A proxy on a free port of 127.0.0.1 in front of another port there. */
export async function createProxy(targetPort: number): Promise<TcpProxy> {
	const server = createServer({ pauseOnConnect: false });
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return new TcpProxy(server, targetPort);
}
