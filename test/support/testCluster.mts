import { createClient } from '@redis/client';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { N8N_NAMES, N8nCluster, PROCESSORS } from '../../scripts/cluster/n8nCluster.mts';
import type { ClusterOptions } from '../../scripts/cluster/n8nCluster.mts';
import { isRedisInstalled } from '../../scripts/cluster/redisServer.mts';
import { freeClusterPorts } from '../../scripts/cluster/ports.mts';
import { ensureRuntime } from '../../scripts/n8n/installRuntime.mts';
import type { N8nClient } from '../../scripts/n8n/n8nClient.mts';
import type { Workflow, WorkflowDraft } from '../../scripts/n8n/n8nTypes.mts';
import { isPostgresInstalled, postgresUrl } from '../../scripts/support/postgresServer.mts';
import { readFlatted } from '../history/flatted.mts';
import { LEAN_ENV } from './n8n.mts';

const missing = [
	...(isRedisInstalled() ? [] : ['redis-server']),
	...(isPostgresInstalled() ? [] : ['postgresql']),
];

/** What a cluster would need here, for the title of a suite that is skipped; undefined where all is there. */
export const missingForCluster =
	missing.length > 0 ? `needs ${missing.join(' and ')}: apt-get install` : undefined;

/** n8n misses a dead worker after 30 s, not after 95. */
const MISSED_SOONER = {
	QUEUE_WORKER_LOCK_DURATION: '20000',
	QUEUE_WORKER_LOCK_RENEW_TIME: '4000',
	QUEUE_WORKER_STALLED_INTERVAL: '5000',
};

interface TestClusterOptions
	extends Partial<Pick<ClusterOptions, 'env' | 'envOf' | 'appendOnly' | 'concurrency' | 'onStep'>> {
	/** Puts something into the user folder of each of n8n's processes before the first start. */
	readonly prepare?: (userFolder: string) => void;
}

/** What became of the events of one workflow, as n8n's database tells it. */
export interface Outcome {
	/** Executions, whatever became of them. */
	readonly executions: number;
	/** Executions by their status. */
	readonly statuses: Readonly<Record<string, number>>;
	/** How often each event ran to the last node in an execution that n8n stored as a success. */
	readonly completed: ReadonlyMap<string, number>;
}

/** A real cluster for tests and benchmarks, with an owner and an API key. */
export class TestCluster {
	readonly cluster: N8nCluster;
	readonly client: N8nClient;

	private constructor(cluster: N8nCluster, client: N8nClient) {
		this.cluster = cluster;
		this.client = client;
	}

	static async start({ prepare, ...options }: TestClusterOptions = {}): Promise<TestCluster> {
		const folder = mkdtempSync(join(tmpdir(), 'n8n-cluster-'));
		const cluster = new N8nCluster({
			runtime: await ensureRuntime(),
			folder,
			ports: await freeClusterPorts(),
			encryptionKey: randomBytes(24).toString('hex'),
			isForTests: true,
			...options,
			env: { ...LEAN_ENV, ...MISSED_SOONER, EXECUTIONS_DATA_PRUNE: 'false', ...options.env },
		});
		try {
			// PostgreSQL may run as another user.
			chmodSync(folder, 0o711);
			if (prepare !== undefined) {
				for (const name of N8N_NAMES) prepare(cluster.userFolder(name));
			}
			await cluster.start();
			const client = cluster.client();
			const password = `Aa1${randomBytes(12).toString('hex')}`;
			await client.setUpOwnerOrLogIn({ email: 'owner@test.example', password });
			await client.createApiKey('tests');
			return new TestCluster(cluster, client);
		} catch (error) {
			await cluster.stop();
			throw error;
		}
	}

	/** Of main. */
	get url(): string {
		return this.cluster.url('main');
	}

	/** Creates a workflow and publishes it; waits until `webhookPath` is live at both processors. */
	async createPublished(draft: WorkflowDraft, webhookPath?: string): Promise<Workflow> {
		const { id } = await this.client.createWorkflow(draft);
		const workflow = await this.client.publish(id);
		if (webhookPath !== undefined) await this.cluster.waitForWebhook(webhookPath);
		return workflow;
	}

	/** The address of a webhook at each processor. */
	urlsOf(path: string): string[] {
		return PROCESSORS.map((name) => `${this.cluster.url(name)}/webhook/${path}`);
	}

	/** Asks n8n's database. */
	async sql<T extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<T[]> {
		const client = new pg.Client(postgresUrl(this.cluster.ports.postgres));
		await client.connect();
		try {
			return (await client.query<T>(text, values)).rows;
		} finally {
			await client.end();
		}
	}

	/** Asks n8n's Redis. */
	async redis(...command: string[]): Promise<unknown> {
		const url = `redis://127.0.0.1:${this.cluster.ports.redis}`;
		const client = createClient({ url, socket: { reconnectStrategy: false } });
		await client.connect();
		try {
			return await client.sendCommand(command);
		} finally {
			client.destroy();
		}
	}

	/** @param lastNode of the workflow, which an event has to reach */
	async outcomeOf(workflowId: string, lastNode: string): Promise<Outcome> {
		const rows = await this.sql<{ status: string; data: string | null }>(
			`SELECT e.status, CASE WHEN e.status = 'success' THEN d.data END AS data
			FROM execution_entity e LEFT JOIN execution_data d ON d."executionId" = e.id
			WHERE e."workflowId" = $1`,
			[workflowId],
		);
		const statuses: Record<string, number> = {};
		const completed = new Map<string, number>();
		for (const { status, data } of rows) {
			statuses[status] = (statuses[status] ?? 0) + 1;
			for (const id of data === null ? [] : idsThatReached(data, lastNode)) {
				completed.set(id, (completed.get(id) ?? 0) + 1);
			}
		}
		return { executions: rows.length, statuses, completed };
	}

	/** How many keys n8n's own store holds for a workflow. */
	async keysHeld(workflowId: string): Promise<number> {
		const [row] = await this.sql<{ keys: string | null }>(
			`SELECT sum(jsonb_array_length(value::jsonb -> 'data')) AS keys
			FROM processed_data WHERE "workflowId" = $1`,
			[workflowId],
		);
		return Number(row?.keys ?? 0);
	}

	async close(): Promise<void> {
		await this.cluster.stop();
		rmSync(this.cluster.folder, { recursive: true, force: true, maxRetries: 3 });
	}
}

interface StoredRun {
	readonly resultData: {
		readonly runData: Readonly<
			Record<
				string,
				ReadonlyArray<{
					readonly data?: {
						readonly main?: ReadonlyArray<ReadonlyArray<{ json: { id?: unknown } }> | null>;
					};
				}>
			>
		>;
	};
}

function idsThatReached(data: string, node: string): string[] {
	const { resultData } = readFlatted(data) as StoredRun;
	const items = resultData.runData[node]?.at(-1)?.data?.main?.[0] ?? [];
	return items.map(({ json }) => String(json.id));
}
