import { randomUUID } from 'node:crypto';
import { PACKAGE_NAME } from '../../scripts/n8n/packageLink.mts';
import { until } from '../../scripts/support/until.mts';
import { AnyCableStandIn } from '../support/anyCable.mts';
import { outputOf, type WorkflowNode } from '../support/n8n.mts';
import { nodeOf } from '../support/replayWorkflow.mts';
import type { TestCluster } from '../support/testCluster.mts';
import { PATIENCE_MS } from './scenes.mts';

/** What a listener gave its workflow, in the order in which n8n began with it. */
export interface Heard {
	readonly numbers: readonly number[];
	/** How many times it told that events are missing. */
	readonly gaps: number;
}

type Listener = 'withHistory' | 'without';

/** Two published listeners at one server: one asks its history, for the other there is none. */
export class ListeningScene {
	readonly #server = new AnyCableStandIn();
	readonly #cluster: TestCluster;
	readonly #workflows = new Map<Listener, string>();

	private constructor(cluster: TestCluster) {
		this.#cluster = cluster;
	}

	static async publish(cluster: TestCluster): Promise<ListeningScene> {
		const scene = new ListeningScene(cluster);
		await scene.#server.start();
		const name = `Cable ${randomUUID()}`;
		const type = 'realtimeWebhooksActionCableApi';
		const { id } = await cluster.client.createCredential(name, type, { url: scene.#server.url });
		await scene.#listen('withHistory', 'auto', { [type]: { id, name } });
		await scene.#listen('without', 'never', { [type]: { id, name } });
		await scene.listening();
		return scene;
	}

	async #listen(
		which: Listener,
		extendedProtocol: string,
		credentials: NonNullable<WorkflowNode['credentials']>,
	): Promise<void> {
		const options = { extendedProtocol, reportGaps: true };
		const trigger: WorkflowNode = {
			id: randomUUID(),
			name: 'Trigger',
			type: `${PACKAGE_NAME}.realtimeTrigger`,
			typeVersion: 2,
			position: [0, 0],
			parameters: { transport: 'actionCable', events: '*', channels: 'Orders', options },
			credentials,
		};
		const nodes = [trigger, nodeOf('Done', 'n8n-nodes-base.noOp', 1)];
		const connections = {
			Trigger: { main: [[{ node: 'Done', type: 'main' as const, index: 0 }]] },
		};
		const draft = { name: `${which} ${randomUUID()}`, nodes, connections, settings: {} };
		this.#workflows.set(which, (await this.#cluster.createPublished(draft)).id);
	}

	/** Waits until both have subscribed. */
	async listening(): Promise<void> {
		await until('both listen', PATIENCE_MS, async () =>
			this.#server.subscribed === this.#workflows.size ? true : undefined,
		);
	}

	/** The server sends the event of a number to all who listen. */
	send(number: number): void {
		this.#server.publish('Orders', { event: 'order', payload: { n: number } });
	}

	/** Waits until a listener's workflow has had the event of this number. */
	async heard(which: Listener, last: number): Promise<Heard> {
		const workflowId = this.#workflows.get(which) ?? '';
		return await until(`${which} has heard ${last}`, PATIENCE_MS, async () => {
			const executions = await this.#cluster.client.listExecutions({ workflowId });
			const events = executions.flatMap((one) => outputOf(one, 'Done')).map(({ json }) => json);
			const numbers = events
				.filter(({ type }) => type !== 'realtime.gap')
				.map(({ data }) => (data as { payload: { n: number } }).payload.n)
				.sort((a, b) => a - b);
			if (!numbers.includes(last)) return undefined;
			return { numbers, gaps: events.length - numbers.length };
		});
	}

	async close(): Promise<void> {
		for (const id of this.#workflows.values()) await this.#cluster.client.unpublish(id);
		await this.#server.stop();
	}
}
