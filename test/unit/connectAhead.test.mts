import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PooledHttp, type PooledRequest } from '../../lib/net/http.ts';

/** Answers when it is told to, and tells which connections it has. */
class SlowServer {
	readonly sockets: Socket[] = [];
	readonly waiting: ServerResponse[] = [];
	/** Of each answer. */
	connection = 'close';
	private readonly server: Server;

	constructor() {
		this.server = createServer((request, response) => {
			request.resume().on('end', () => this.waiting.push(response));
		}).on('connection', (socket: Socket) => this.sockets.push(socket));
	}

	async start(): Promise<string> {
		await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	async answer(): Promise<void> {
		await vi.waitFor(() => expect(this.waiting).not.toHaveLength(0));
		this.waiting.shift()?.setHeader('connection', this.connection).end('{}');
	}

	async connections(count: number): Promise<void> {
		await vi.waitFor(() => expect(this.sockets).toHaveLength(count));
	}

	stop(): void {
		this.server.closeAllConnections();
		for (const socket of this.sockets) socket.destroy();
		this.server.close();
	}
}

describe('requests of which one follows the other', () => {
	let server: SlowServer;
	let http: PooledHttp;

	beforeEach(async () => {
		server = new SlowServer();
		const origin = await server.start();
		http = new PooledHttp(origin, { connections: 1, connectLimitMs: 5_000 });
	});
	afterEach(() => {
		http.close();
		server.stop();
	});

	const request = async (more: Partial<PooledRequest> = {}) =>
		await http.request({ method: 'POST', path: '/', limitMs: 5_000, body: 'x', ...more });

	/** The first answer tells that the server closes each connection. */
	const learn = async () => {
		const first = request({ isFollowed: true });
		await server.answer();
		await first;
		expect(server.sockets).toHaveLength(1);
	};

	/** The second request, which the server works on while the connection of the third one is open. */
	const openedAhead = async () => {
		await learn();
		const second = request({ isFollowed: true });
		await server.connections(3);
		return { second, spare: server.sockets[2] };
	};

	const closed = async (socket: Socket | undefined) =>
		await new Promise((resolve) => socket?.resume().once('close', resolve));

	it('have the next connection while the server works, where it closes each; none is left over', async () => {
		const { second } = await openedAhead();
		await server.answer();
		await second;
		const third = request();
		await server.answer();
		expect(await third).toMatchObject({ statusCode: 200, body: '{}' });
		expect(server.sockets).toHaveLength(3);
	});

	it('open nothing ahead where nothing follows', async () => {
		await learn();
		const last = request();
		await vi.waitFor(() => expect(server.waiting).toHaveLength(1));
		await sleep(50);
		expect(server.sockets).toHaveLength(2);
		await server.answer();
		await last;
	});

	it('open nothing ahead where the server keeps connections', async () => {
		server.connection = 'keep-alive';
		for (let n = 0; n < 3; n += 1) {
			const one = request({ isFollowed: true });
			await server.answer();
			await one;
		}
		expect(server.sockets).toHaveLength(1);
	});

	it('get a new connection where the server has closed the one that was opened ahead', async () => {
		const { second, spare } = await openedAhead();
		spare?.destroy();
		await sleep(20);
		await server.answer();
		await second;
		const third = request();
		await server.answer();
		expect((await third).statusCode).toBe(200);
		expect(server.sockets).toHaveLength(4);
	});

	it('leave no connection open for long that nobody uses', async () => {
		const { second, spare } = await openedAhead();
		const ended = closed(spare);
		await server.answer();
		await second;
		await ended;
	});

	it('leave none behind when the pool is closed', async () => {
		const { second, spare } = await openedAhead();
		const ended = closed(spare);
		http.close();
		await Promise.all([second.catch(() => undefined), ended]);
		expect(http.isOpen).toBe(false);
	});
});
