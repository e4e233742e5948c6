import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { deliver, receivedMessage } from '../support/inboxHub.mts';

// n8n reads its network policy once, when it is loaded; each file of this suite has its own process.
process.env.N8N_SSRF_PROTECTION_ENABLED = 'true';

let server: Server;
let connections = 0;

beforeAll(async () => {
	server = createServer((socket) => {
		connections += 1;
		socket.destroy();
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => void server.close());
afterEach(() => void vi.unstubAllEnvs());

test.each(['127.0.0.1', 'localhost'])(
	"a trigger obeys n8n's network policy for %s",
	async (host) => {
		const { ClusterProcess, clusterWorkflow, queueModeEnvironment } = await import(
			'../support/queueMode.mts'
		);
		const { captureLog } = await import('../support/n8nLog.mts');
		const { port } = server.address() as AddressInfo;
		// n8n's own Redis is there by n8n's own settings, which no policy is asked about; nobody asks it here.
		queueModeEnvironment({ port });
		const options = { deduplicationStore: 'anotherRedis' };
		const workflow = clusterWorkflow();
		const process = await ClusterProcess.start(workflow, options, ['*'], { host, port });
		const words = `The network policy of this n8n does not allow connections to http://${host}:${port}`;
		expect(String(await process.publish())).toContain(words);
		const { url, close } = await process.serve();
		const log = captureLog();
		expect((await deliver(url, receivedMessage())).status).toBe(503);
		await close();
		expect(log.text()).toContain(words);
		expect([connections, workflow.queue]).toEqual([0, []]);
	},
);
