import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunningTrigger as Running } from '../support/socketIoTrigger.mts';
import { TestSocketIoServer } from '../support/socketIoServer.mts';

// n8n reads its network policy once, when it is loaded; each file of this suite has its own process.
process.env.N8N_SSRF_PROTECTION_ENABLED = 'true';

let server: TestSocketIoServer;
let RunningTrigger: typeof Running;

beforeAll(async () => {
	({ RunningTrigger } = await import('../support/socketIoTrigger.mts'));
	server = await TestSocketIoServer.start();
});
afterAll(async () => await server.close());

it.each([
	['socketIo', '127.0.0.1'],
	['socketIo', 'localhost'],
	['frappe', '127.0.0.1'],
])("%s obeys n8n's network policy for %s", async (transport, host) => {
	const url = `http://${host}:${server.port}`;
	const starting = RunningTrigger.start({
		parameters: { transport, events: '*' },
		credential: { url, headers: '{"Authorization": "token k:s"}' },
	});
	await expect(starting).rejects.toThrow(
		`The network policy of this n8n does not allow connections to ${url}`,
	);
	expect(server.connections).toBe(0);
});
