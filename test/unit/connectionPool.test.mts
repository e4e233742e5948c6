import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectionKey, ConnectionPool } from '../../lib/net/pool.ts';
import { connectSocketIo } from '../../lib/realtime/socketIo/open.ts';
import { type SocketIoConnection, socketIoEvent } from '../../lib/realtime/socketIo/connection.ts';
import { readSocketIoSettings } from '../../lib/realtime/socketIo/settings.ts';
import { TestSocketIoServer } from '../support/socketIoServer.mts';

let server: TestSocketIoServer;
let pool: ConnectionPool<SocketIoConnection>;

const poolWith = (idleMs?: number) =>
	new ConnectionPool<SocketIoConnection>({
		isUsable: (connection) => connection.isOpen,
		close: (connection) => connection.close(),
		idleMs,
	});
const open = async () =>
	await connectSocketIo(readSocketIoSettings({ url: server.url }), '/', { limitMs: 5000 });

beforeEach(async () => {
	server = await TestSocketIoServer.start();
	pool = poolWith();
});
afterEach(async () => {
	pool.closeAll();
	await server.close();
});

describe('ConnectionPool', () => {
	it('opens one connection for concurrent users of a key', async () => {
		const leases = await Promise.all(Array.from({ length: 20 }, () => pool.acquire('a', open)));
		expect(new Set(leases.map(({ connection }) => connection)).size).toBe(1);
		expect(server.connections).toBe(1);
	});

	it('opens one connection for each key', async () => {
		await Promise.all([pool.acquire('a', open), pool.acquire('b', open)]);
		expect(server.connections).toBe(2);
		expect(pool.size).toBe(2);
	});

	it('keeps a released connection for the next user', async () => {
		const first = await pool.acquire('a', open);
		first.release();
		const second = await pool.acquire('a', open);
		expect(second.connection).toBe(first.connection);
		expect(server.connections).toBe(1);
	});

	it('closes a connection that nobody used for the idle time', async () => {
		pool = poolWith(20);
		const lease = await pool.acquire('a', open);
		lease.release();
		await server.until(() => server.connections === 1 && server.open === 0);
		expect(pool.size).toBe(0);
		expect(lease.connection.isOpen).toBe(false);
	});

	it('counts users: the idle time begins when the last one has released', async () => {
		pool = poolWith(1);
		const first = await pool.acquire('a', open);
		const second = await pool.acquire('a', open);
		first.release();
		first.release(); // twice is once
		// Were the idle timer running, it would fire before this much later one.
		await new Promise((resolve) => setTimeout(resolve, 50));
		expect(second.connection.isOpen).toBe(true);
		second.release();
		await server.until(() => server.open === 0);
		expect(pool.size).toBe(0);
	});

	it('replaces a connection that broke', async () => {
		const first = await pool.acquire('a', open);
		first.release();
		server.io.disconnectSockets(true);
		const event = socketIoEvent('x', {});
		await expect(first.connection.sendWithAcknowledgement(event, 5000)).rejects.toThrow('lost');
		const second = await pool.acquire('a', open);
		expect(second.connection).not.toBe(first.connection);
		await second.connection.send(socketIoEvent('y', 1), 5000);
		await server.until(() => server.received.some(({ name }) => name === 'y'));
		expect(server.connections).toBe(2);
	});

	it('tells everyone who waits that opening failed, and tries again afterwards', async () => {
		const fail = async () => await Promise.reject<SocketIoConnection>(new Error('no server'));
		const failed = await Promise.allSettled([pool.acquire('a', fail), pool.acquire('a', fail)]);
		expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
		expect(pool.size).toBe(0);
		expect((await pool.acquire('a', open)).connection.isOpen).toBe(true);
	});

	it('closeAll closes connections in use, idle and still opening', async () => {
		const used = await pool.acquire('used', open);
		(await pool.acquire('idle', open)).release();
		const opening = pool.acquire('opening', open);
		pool.closeAll();
		const late = await opening;
		await server.until(() => server.connections === 3 && server.open === 0);
		expect([used, late].map(({ connection }) => connection.isOpen)).toEqual([false, false]);
		expect(pool.size).toBe(0);
	});

	it('does not keep the process alive while connections are idle', async () => {
		const lease = await pool.acquire('a', open);
		const keepAlive = () => process.getActiveResourcesInfo().filter((type) => type === 'Timeout');
		const before = keepAlive().length;
		lease.release();
		expect(pool.size).toBe(1);
		expect(keepAlive()).toHaveLength(before);
	});
});

describe('connectionKey', () => {
	it('is equal for equal parts, differs for others, and shows no secret', () => {
		const parts = [{ auth: { token: 'tok-5ecret' } }, '/orders'];
		expect(connectionKey(parts)).toBe(connectionKey(structuredClone(parts)));
		expect(connectionKey(parts)).not.toBe(connectionKey([parts[0], '/']));
		expect(connectionKey(parts)).toMatch(/^[0-9a-f]{64}$/);
	});
});
