import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { TestHttpProxy } from '../support/httpProxyServer.mts';
import { stubProxies } from '../support/proxyEnvironment.mts';
import type { runAction as RunAction } from '../support/runAction.mts';
import { TestSocketIoServer } from '../support/socketIoServer.mts';

// n8n reads its network policy once, when it is loaded; each file of this suite has its own process.
process.env.N8N_SSRF_PROTECTION_ENABLED = 'true';

let server: TestSocketIoServer;
let runAction: typeof RunAction;

beforeAll(async () => {
	({ runAction } = await import('../support/runAction.mts'));
	server = await TestSocketIoServer.start();
});
afterAll(async () => await server.close());
afterEach(() => void vi.unstubAllEnvs());

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

it.each([
	[{ transport: 'socketIo', namespace: '/' }, 'realtimeWebhooksSocketIoApi', 'url'],
	[
		{ transport: 'actionCable', through: 'http', streams: 'a' },
		'realtimeWebhooksActionCableApi',
		'broadcastUrl',
	],
])('asks no proxy for what the policy forbids: %j', async (parameters, type, field) => {
	const { RealtimeBroadcast } = await import('../../nodes/Realtime/RealtimeBroadcast.node.ts');
	const proxy = await TestHttpProxy.start();
	try {
		stubProxies({ ALL_PROXY: `http://127.0.0.1:${proxy.port}` });
		const { error } = await runAction(new RealtimeBroadcast(), {
			items: [{ json: {} }],
			parameters: { event: 'event', payload: 'item', ...parameters },
			credentials: { [type]: { [field]: `http://localhost:${server.port}` } },
		});
		expect(error?.message).toContain('The network policy of this n8n does not allow connections');
		expect(proxy.requests).toEqual([]);
	} finally {
		await proxy.close();
	}
});
