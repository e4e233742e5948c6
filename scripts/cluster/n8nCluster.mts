import { join } from 'node:path';
import { N8nClient } from '../n8n/n8nClient.mts';
import { startN8n } from '../n8n/n8nProcess.mts';
import type { N8nProcess } from '../n8n/n8nProcess.mts';
import { linkPackage } from '../n8n/packageLink.mts';
import type { N8nRuntime } from '../n8n/runtimeFolder.mts';
import { CHECKOUT } from '../support/paths.mts';
import { LOOPBACK } from '../support/ports.mts';
import { postgresEnv, startPostgres } from '../support/postgresServer.mts';
import type { ServerProcess } from '../support/serverProcess.mts';
import { until } from '../support/until.mts';
import { startRedis } from './redisServer.mts';

/** n8n's processes: main first, which makes the tables that all others use. */
export const N8N_NAMES = ['main', 'processor1', 'processor2', 'worker1', 'worker2'] as const;
export type N8nName = (typeof N8N_NAMES)[number];
export const PROCESSORS = ['processor1', 'processor2'] as const satisfies readonly N8nName[];
export const WORKERS = ['worker1', 'worker2'] as const satisfies readonly N8nName[];

export type PartName = N8nName | 'redis' | 'postgres';

/** One port of 127.0.0.1 for each part, and one more for the task broker of each n8n. */
export type ClusterPorts = Readonly<Record<PartName, number>> & {
	readonly brokers: Readonly<Record<N8nName, number>>;
};

export interface ClusterOptions {
	readonly runtime: N8nRuntime;
	/** Each part keeps its data and its log in a folder of its own in here. */
	readonly folder: string;
	readonly ports: ClusterPorts;
	readonly encryptionKey: string;
	/** Further settings of all n8n processes. */
	readonly env?: Readonly<Record<string, string>>;
	/** Further ones of some. */
	readonly envOf?: Readonly<Partial<Record<N8nName, Readonly<Record<string, string>>>>>;
	/** Whether Redis writes down each change. @default true */
	readonly appendOnly?: boolean;
	/** Data that need not survive this machine. @default false */
	readonly isForTests?: boolean;
	/** Executions at a time in each worker. @default 5 */
	readonly concurrency?: number;
	readonly signal?: AbortSignal;
	/** Told what is being started, with its end. */
	readonly onStep?: <T>(title: string, work: () => Promise<T>) => Promise<T>;
}

/**
 * What queue mode needs to lose and double nothing, beside Redis and PostgreSQL; the reasons are in
 * docs/scaling.md.
 */
export const QUEUE_MODE_SETTINGS = {
	EXECUTIONS_MODE: 'queue',
	QUEUE_BULL_REDIS_TIMEOUT_THRESHOLD: '60000',
	N8N_EXECUTIONS_QUEUE_RECOVERY_INTERVAL: '1',
	N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true',
} as const;

/** A real n8n in queue mode on 127.0.0.1, each part of which can be killed and started again. */
export class N8nCluster {
	readonly #options: ClusterOptions;
	readonly #n8ns = new Map<N8nName, N8nProcess>();
	readonly #servers = new Map<'redis' | 'postgres', ServerProcess>();

	constructor(options: ClusterOptions) {
		this.#options = options;
	}

	url(name: N8nName): string {
		return `http://${LOOPBACK}:${this.#options.ports[name]}`;
	}

	get folder(): string {
		return this.#options.folder;
	}

	/** Of one of n8n's processes. */
	userFolder(name: N8nName): string {
		return join(this.folder, name);
	}

	/** Executions at a time in one worker. */
	get concurrency(): number {
		return this.#options.concurrency ?? 5;
	}

	get ports(): ClusterPorts {
		return this.#options.ports;
	}

	/** For what is asked of main. */
	client(): N8nClient {
		return new N8nClient(this.url('main'));
	}

	/** Process ids of what runs, by name. */
	pids(): ReadonlyMap<PartName, number> {
		return new Map<PartName, number>(
			[...this.#servers, ...this.#n8ns].map(([name, { pid }]) => [name, pid] as const),
		);
	}

	/** Resolves with the name of the first of n8n's processes that ends by itself. */
	async firstEnded(): Promise<string> {
		const all = [...this.#servers, ...this.#n8ns];
		return await Promise.race(
			all.map(async ([name, part]) => `${name} (${await part.ended}), see ${part.logFile}`),
		);
	}

	/** What a part has printed since it was started last. */
	log(name: N8nName): string {
		return this.#n8ns.get(name)?.logTail(Infinity) ?? '';
	}

	/** Redis and PostgreSQL, main, then the others two at a time: an n8n takes a core while it starts. */
	async start(): Promise<void> {
		const step = this.#options.onStep ?? (async (_title, work) => await work());
		try {
			await step('Starting Redis and PostgreSQL', async () => {
				await Promise.all([this.startPart('redis'), this.startPart('postgres')]);
			});
			await step('Starting n8n: main', async () => await this.startPart('main'));
			await step('Starting n8n: two webhook processors', async () => {
				await Promise.all(PROCESSORS.map(async (name) => await this.startPart(name)));
			});
			await step('Starting n8n: two workers', async () => {
				await Promise.all(WORKERS.map(async (name) => await this.startPart(name)));
			});
		} catch (error) {
			await this.stop();
			throw error;
		}
	}

	/** Starts one part, on the data that it had. Resolves when it can be used. */
	async startPart(name: PartName): Promise<void> {
		const { folder, ports, appendOnly, isForTests, signal } = this.#options;
		const own = { folder: join(folder, name), port: ports[name], signal };
		if (name === 'redis') {
			this.#servers.set(name, await startRedis({ ...own, appendOnly }));
		} else if (name === 'postgres') {
			// Each of five processes has a pool of its own.
			const more = { isForTests, connections: 200 };
			this.#servers.set(name, await startPostgres({ ...own, ...more }));
		} else {
			this.#n8ns.set(name, await this.#startN8n(name));
		}
	}

	/** As a crash would end it; its data stay. */
	async kill9(name: PartName): Promise<void> {
		await this.#take(name)?.kill9();
	}

	async stopPart(name: PartName): Promise<void> {
		await this.#take(name)?.stop();
	}

	/** Everything, n8n first. Nothing of it is left. */
	async stop(): Promise<void> {
		await Promise.all(N8N_NAMES.map(async (name) => await this.stopPart(name)));
		await Promise.all([this.stopPart('redis'), this.stopPart('postgres')]);
	}

	/** Waits until a webhook can be called at each processor. */
	async waitForWebhook(path: string): Promise<void> {
		await Promise.all(
			PROCESSORS.map(async (name) => {
				await new N8nClient(this.url(name)).waitForWebhook(path);
			}),
		);
	}

	#take(name: PartName): N8nProcess | ServerProcess | undefined {
		if (name === 'redis' || name === 'postgres') {
			const server = this.#servers.get(name);
			this.#servers.delete(name);
			return server;
		}
		const n8n = this.#n8ns.get(name);
		this.#n8ns.delete(name);
		return n8n;
	}

	async #startN8n(name: N8nName): Promise<N8nProcess> {
		const { runtime, ports, encryptionKey, env, envOf, signal } = this.#options;
		const userFolder = this.userFolder(name);
		linkPackage(userFolder, CHECKOUT);
		const isWorker = name.startsWith('worker');
		return await startN8n({
			runtime,
			command: isWorker
				? ['worker', `--concurrency=${this.concurrency}`]
				: [name === 'main' ? 'start' : 'webhook'],
			port: ports[name],
			brokerPort: ports.brokers[name],
			userFolder,
			encryptionKey,
			signal,
			env: {
				...QUEUE_MODE_SETTINGS,
				QUEUE_BULL_REDIS_HOST: LOOPBACK,
				QUEUE_BULL_REDIS_PORT: String(ports.redis),
				...postgresEnv(ports.postgres),
				// Only with it a worker answers to whoever asks whether it is ready.
				...(isWorker
					? {
							QUEUE_HEALTH_CHECK_ACTIVE: 'true',
							QUEUE_HEALTH_CHECK_PORT: String(ports[name]),
							N8N_WORKER_SERVER_ADDRESS: LOOPBACK,
						}
					: {}),
				...env,
				...envOf?.[name],
			},
		});
	}
}

/** Waits until nothing is left to do: no execution waits for a worker or runs in one. */
export async function waitUntilIdle(client: N8nClient, timeoutMs = 150_000): Promise<void> {
	await until('all executions have ended', timeoutMs, async () => {
		const open = ['new', 'running'] as const;
		const found = await Promise.all(
			open.map(async (status) => {
				return await client.listExecutions({ status, includeData: false, limit: 1 });
			}),
		);
		return found.every((list) => list.length === 0) ? true : undefined;
	});
}
