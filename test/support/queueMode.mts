import { randomUUID } from 'node:crypto';
import type {
	ICredentialDataDecryptedObject,
	INodeExecutionData,
	INodeParameters,
	INodeType,
	IRun,
	WorkflowActivateMode,
} from 'n8n-workflow';
import { vi } from 'vitest';
import { SECRET } from './inboxHub.mts';
import { core, createWorkflow, runWorkflow, type TestWorkflow } from './n8nCore.mts';
import { runHook, serveWebhook } from './n8nWebhook.mts';
import type { RedisServer } from './redisServer.mts';

const TRIGGER = 'Trigger';

/** As n8n sets the environment of all its processes in queue mode. */
export function queueModeEnvironment({ port }: Pick<RedisServer, 'port'>): void {
	vi.stubEnv('EXECUTIONS_MODE', 'queue');
	vi.stubEnv('QUEUE_BULL_REDIS_HOST', '127.0.0.1');
	vi.stubEnv('QUEUE_BULL_REDIS_PORT', String(port));
}

/** One workflow of a cluster, with a Baileys Trigger. */
export interface ClusterWorkflow {
	readonly id: string;
	/** Executions waiting for a worker: those of accepted deliveries, in order. */
	readonly queue: Array<{ readonly executionId: string; readonly items: INodeExecutionData[] }>;
	nextId: number;
}

export function clusterWorkflow(): ClusterWorkflow {
	return { id: randomUUID(), queue: [], nextId: 1 };
}

/**
 * One process of the cluster: modules of its own, so that nothing but Redis and n8n's store is shared.
 * It can be a processor, a worker, or both.
 */
export class ClusterProcess {
	readonly test: TestWorkflow;

	private constructor(
		test: TestWorkflow,
		private readonly workflow: ClusterWorkflow,
	) {
		this.test = test;
	}

	/** @param redis content of the credential for another Redis, which the trigger has selected then */
	static async start(
		workflow: ClusterWorkflow,
		options: INodeParameters = {},
		events: string[] = ['*'],
		redis?: ICredentialDataDecryptedObject,
	): Promise<ClusterProcess> {
		vi.resetModules();
		const { BaileysTrigger } = (await import('../../nodes/Baileys/BaileysTrigger.node.ts')) as {
			BaileysTrigger: new () => INodeType;
		};
		const credential = { webhookSecret: SECRET };
		const test = createWorkflow(
			{
				[TRIGGER]: {
					type: new BaileysTrigger(),
					parameters: { events, options: { ...options } },
					credentials: [
						'realtimeWebhooksInboxHubApi',
						...(redis === undefined ? [] : ['realtimeWebhooksRealtimeRedisApi']),
					],
				},
			},
			{
				realtimeWebhooksInboxHubApi: credential,
				...(redis === undefined ? {} : { realtimeWebhooksRealtimeRedisApi: redis }),
			},
			{ id: workflow.id },
		);
		return new ClusterProcess(test, workflow);
	}

	get nodeId(): string {
		return this.test.node(TRIGGER).id;
	}

	/** Listens; what it accepts goes into the queue. */
	async serve(): Promise<{ url: string; close(): Promise<void> }> {
		return await serveWebhook(this.test, TRIGGER, {
			enqueue: (items) => {
				const executionId = String(this.workflow.nextId++);
				// As the row in n8n's database: no object is shared with the worker.
				this.workflow.queue.push({
					executionId,
					items: JSON.parse(JSON.stringify(items)) as INodeExecutionData[],
				});
			},
		});
	}

	/** What n8n does when the workflow goes live, as far as the trigger has a say in it. */
	async publish(activation: WorkflowActivateMode = 'activate'): Promise<unknown> {
		return await runHook(this.test, TRIGGER, 'checkExists', { activation }).then(
			() => undefined,
			(error: unknown) => error,
		);
	}

	/** Is the main process, which alone runs `trigger()`; what it emits is given to `emit`. */
	async lead(emit: (items: INodeExecutionData[]) => void): Promise<{ close(): Promise<void> }> {
		const context = new core.TriggerContext(
			this.test.workflow,
			this.test.node(TRIGGER),
			this.test.additionalData(),
			'trigger',
			'activate',
			(([items]: INodeExecutionData[][]) => emit(items ?? [])) as never,
		);
		const { nodeTypes } = this.test.workflow;
		const type = nodeTypes.getByNameAndVersion(this.test.node(TRIGGER).type);
		const response = await type.trigger?.call(context);
		return { close: async () => await response?.closeFunction?.() };
	}

	/** Runs an execution as a worker does. */
	async work(
		{ executionId, items }: { executionId: string; items: INodeExecutionData[] },
		retryOf?: string,
	): Promise<IRun> {
		return await runWorkflow(
			this.test,
			TRIGGER,
			items,
			retryOf === undefined ? 'webhook' : 'retry',
			undefined,
			{ executionId, ...(retryOf === undefined ? {} : { retryOf }) },
		);
	}
}

/** The events that an execution passed on. */
export function passedItems(run: IRun): INodeExecutionData[] {
	return (run.data.resultData.runData[TRIGGER] ?? []).flatMap(({ data }) => data?.main?.[0] ?? []);
}
