import { afterAll, beforeAll, expect, it } from 'vitest';
import type { runAction as RunAction } from '../support/runAction.mts';
import { TestSocketIoServer } from '../support/socketIoServer.mts';

// n8n reads its network policy once, when it is loaded; vitest gives each file its own process.
process.env.N8N_SSRF_PROTECTION_ENABLED = 'true';

let server: TestSocketIoServer;
let runAction: typeof RunAction;

beforeAll(async () => {
	({ runAction } = await import('../support/runAction.mts'));
	server = await TestSocketIoServer.start();
});
afterAll(async () => await server.close());

it.each(['127.0.0.1', 'localhost'])("obeys n8n's network policy for %s", async (host) => {
	const { RealtimeBroadcast } = await import('../../nodes/Realtime/RealtimeBroadcast.node.ts');
	const { error } = await runAction(new RealtimeBroadcast(), {
		items: [{ json: {} }],
		parameters: { transport: 'socketIo', namespace: '/', event: 'event', payload: 'item' },
		credentials: { realtimeWebhooksSocketIoApi: { url: `http://${host}:${server.port}` } },
	});
	expect(error?.message).toBe(
		`The network policy of this n8n does not allow connections to http://${host}:${server.port}`,
	);
	expect(server.connections).toBe(0);
});
