import { randomUUID } from 'node:crypto';
import type { INodeParameters } from 'n8n-workflow';
import { expect } from 'vitest';
import { post, type Answer } from '../support/inboxHub.mts';
import { outputOf, type Execution, type TestN8n, type WorkflowNode } from '../support/n8n.mts';
import { nothing, publicationFailure, triggerDraft } from '../support/triggerWorkflow.mts';
import type { Scene, Sent } from './provider.mts';

export interface RealTriggerOptions {
	/** @default the scene's */
	readonly credential?: Readonly<Record<string, string>>;
	readonly parameters?: INodeParameters;
}

/** A scene's trigger in a published workflow of a real n8n. */
export class RealTrigger {
	readonly path: string;
	readonly workflowId: string;
	readonly #n8n: TestN8n;

	private constructor(n8n: TestN8n, workflowId: string, path: string) {
		this.#n8n = n8n;
		this.workflowId = workflowId;
		this.path = path;
	}

	static async publish(
		n8n: TestN8n,
		scene: Scene,
		options: RealTriggerOptions = {},
	): Promise<RealTrigger> {
		const path = randomUUID();
		const { id } = await n8n.createPublished(await draft(n8n, scene, path, options), path);
		return new RealTrigger(n8n, id, path);
	}

	/** Publishes with a credential that does not do, and gives the words that n8n's editor shows. */
	static async publicationFailure(
		n8n: TestN8n,
		scene: Scene,
		credential: Readonly<Record<string, string>>,
	): Promise<string> {
		return await publicationFailure(n8n, await draft(n8n, scene, randomUUID(), { credential }));
	}

	async send({ body, headers, query = '' }: Sent): Promise<Answer> {
		return await post(`${this.#n8n.client.webhookUrl(this.path)}${query}`, body, { ...headers });
	}

	/** Ended executions, newest first, once there are this many. */
	async executions(count = 1): Promise<Execution[]> {
		return await this.#n8n.client.waitForExecutions(this.workflowId, count);
	}

	/** Events that passed the trigger and reached the node behind it, newest first. */
	async events(count = 1): Promise<Array<Record<string, unknown>>> {
		const executions = await this.executions(count);
		return executions.flatMap((one) => outputOf(one, 'Nothing').map(({ json }) => json));
	}

	/** Resolves when none of the workflow's executions is running. */
	async idle(): Promise<void> {
		const running = async (status: 'running' | 'new') =>
			await this.#n8n.client.listExecutions({ workflowId: this.workflowId, status });
		await expect
			.poll(async () => [...(await running('running')), ...(await running('new'))].length)
			.toBe(0);
	}

	async unpublish(): Promise<void> {
		await this.#n8n.client.unpublish(this.workflowId);
		await this.#n8n.client.waitForWebhook(this.path, { live: false });
	}
}

async function draft(
	n8n: TestN8n,
	scene: Scene,
	path: string,
	{ credential = scene.credential.data, parameters }: RealTriggerOptions,
) {
	const { type } = scene.credential;
	const name = `${type} ${randomUUID()}`;
	const { id } = await n8n.client.createCredential(name, type, { ...credential });
	return triggerDraft({
		type: new scene.node().description.name,
		name: 'Trigger',
		path,
		parameters: {
			events: scene.selectingAll ?? ['*'],
			...scene.parameters,
			...parameters,
		} as WorkflowNode['parameters'],
		credentials: { [type]: { id, name } },
		following: [nothing()],
	});
}
