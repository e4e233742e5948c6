import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { TestHttpProxy } from '../support/httpProxyServer.mts';
import type { core as Core } from '../support/n8nCore.mts';
import { stubProxies } from '../support/proxyEnvironment.mts';

// n8n reads its network policy once, when it is loaded; each file of this suite has its own process.
process.env.N8N_SSRF_PROTECTION_ENABLED = 'true';

let core: typeof Core;
let server: Server;
let port = 0;
let requests = 0;

beforeAll(async () => {
	({ core } = await import('../support/n8nCore.mts'));
	server = createServer((_request, response) => {
		requests += 1;
		response.end('[]');
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	({ port } = server.address() as AddressInfo);
});
afterAll(() => server.close());
afterEach(() => void vi.unstubAllEnvs());

async function tested(host: string, apiKey: string) {
	const { testWahaCredential } = await import(
		'../../nodes/Baileys/gateways/waha/credentialTest.ts'
	);
	const data = { baseUrl: `http://${host}:${port}`, apiKey, webhookSecret: 'secret-0123456789' };
	const credential = { id: '1', name: 'WAHA', type: 'realtimeWebhooksWahaApi', data };
	return await testWahaCredential.call(new core.CredentialTestContext(), credential);
}

it.each(['127.0.0.1', 'localhost'])(
	"with a key, the test obeys n8n's network policy for %s",
	async (host) => {
		expect(await tested(host, 'key')).toEqual({
			status: 'Error',
			message: `The network policy of this n8n does not allow connections to http://${host}:${port}. The request was blocked because it resolves to a restricted IP address. An administrator can allow it with N8N_SSRF_ALLOWED_HOSTNAMES or N8N_SSRF_ALLOWED_IP_RANGES.`,
		});
		expect(requests).toBe(0);
	},
);

it('asks no proxy for what the policy forbids', async () => {
	const proxy = await TestHttpProxy.start();
	try {
		stubProxies({ ALL_PROXY: `http://127.0.0.1:${proxy.port}` });
		expect((await tested('localhost', 'key')).message).toContain('The network policy of this n8n');
		expect(proxy.requests).toEqual([]);
	} finally {
		await proxy.close();
	}
});

it('without a key, the policy forbids nothing, as nothing is connected to', async () => {
	expect(await tested('localhost', '')).toMatchObject({ status: 'OK' });
	expect(requests).toBe(0);
});
