import { Socket } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { socketIoEvent } from '../../lib/realtime/socketIo/connection.ts';
import { connectSocketIo } from '../../lib/realtime/socketIo/open.ts';
import { readSocketIoSettings } from '../../lib/realtime/socketIo/settings.ts';
import { TestSocketIoServer } from '../support/socketIoServer.mts';

const EVENTS = 100;

let server: TestSocketIoServer;

beforeAll(async () => {
	server = await TestSocketIoServer.start();
});
afterAll(async () => await server.close());

test('events that are posted together leave together, each in its own frame', async () => {
	const settings = readSocketIoSettings({ url: server.url });
	const connection = await connectSocketIo(settings, '/', { limitMs: 10_000 });
	const writes = vi.spyOn(Socket.prototype, '_writev');
	const events = Array.from({ length: EVENTS }, (_, number) => socketIoEvent('tick', { number }));
	for (const event of events) connection.post(event);
	await connection.flushed(socketIoEvent('tick', null), 10_000);
	// The first one at once, all others when it has left; without that it is one for each.
	expect(writes.mock.calls.length).toBeLessThanOrEqual(2);
	writes.mockRestore();
	await server.until(() => server.received.length === EVENTS);
	expect(server.received.map(({ args }) => args)).toEqual(
		Array.from({ length: EVENTS }, (_, number) => [{ number }]),
	);
	connection.close();
});
