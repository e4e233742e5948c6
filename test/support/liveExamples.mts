import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { until } from '../../scripts/support/until.mts';
import { exampleWorkflow, type ExampleChanges } from './exampleWorkflow.mts';
import { outputOf, type Execution, type TestN8n } from './n8n.mts';
import { nodeOf } from './replayWorkflow.mts';

const PATIENCE_MS = 120_000;
/** For what a test waits to see. */
export const PATIENCE = { timeout: PATIENCE_MS, interval: 200 };

export interface ExampleCredential {
	readonly id: string;
	readonly name: string;
}

/** By the last part of a node's type, then by credential type. */
export type ExampleCredentials = Readonly<Record<string, Record<string, ExampleCredential>>>;

/** An example that is published. */
export interface LiveExample {
	readonly id: string;
	/** Last part of the address of a node that has one, by its name. */
	pathOf(node: string): string;
	/** Executions that have ended, oldest first. */
	ended(): Promise<Execution[]>;
}

/** Publishes example workflows in a real n8n, and runs them. */
export class LiveExamples {
	readonly #n8n: TestN8n;
	/** The credentials that every example may need. */
	readonly #own: ExampleCredentials;

	constructor(n8n: TestN8n, own: ExampleCredentials = {}) {
		this.#n8n = n8n;
		this.#own = own;
	}

	/** Publishes an example; runs that succeed are saved, for the test to read. */
	async publish(
		file: string,
		{ credentialsOf, ...changes }: ExampleChanges = {},
	): Promise<LiveExample> {
		const draft = exampleWorkflow(`${file}.json`, {
			credentialsOf: { ...this.#own, ...credentialsOf },
			...changes,
		});
		const settings = { ...draft.settings, saveDataSuccessExecution: 'all' };
		const { client } = this.#n8n;
		const { id } = await this.#n8n.createPublished({ ...draft, settings });
		const pathOf = (name: string) =>
			draft.nodes.find((node) => node.name === name)?.webhookId ?? `${name} has no address`;
		const ended = async () =>
			(await client.listExecutions({ workflowId: id }))
				.filter(({ status }) => !['new', 'running', 'waiting'].includes(status))
				.reverse();
		await until(`${file} is published`, PATIENCE_MS, async () => {
			const { status, triggers } = await client.rest<{
				status: string;
				triggers: Array<{ errorMessage: string | null }>;
			}>('GET', `/workflows/${id}/publication-status`);
			if (status === 'failed' || status === 'partial') throw new Error(JSON.stringify(triggers));
			return status === 'published' ? true : undefined;
		});
		return { id, pathOf, ended };
	}

	/** Starts an example that is `startedBy` a request, and gives its execution when it has ended. */
	async run(example: LiveExample, path: string): Promise<Execution> {
		const { client } = this.#n8n;
		const before = (await example.ended()).length;
		const { status } = await fetch(client.webhookUrl(path), { method: 'POST' });
		expect(status).toBe(200);
		const [newest] = await client.waitForExecutions(example.id, before + 1, PATIENCE_MS);
		if (newest === undefined) throw new Error('no execution');
		expect(newest.data?.resultData.error?.message).toBeUndefined();
		return newest;
	}
}

/** A credential of its own for a test. */
export async function exampleCredential(
	{ client }: TestN8n,
	type: string,
	data: Record<string, unknown>,
): Promise<ExampleCredential> {
	const name = `${type} ${randomUUID()}`;
	const { id } = await client.createCredential(name, type, data);
	return { id, name };
}

/** A request that starts a workflow in the place of its clock or button. */
export function startedBy(path: string) {
	const parameters = { httpMethod: 'POST', path, responseMode: 'onReceived' };
	return { ...nodeOf('', 'n8n-nodes-base.webhook', 2.1, parameters), webhookId: path };
}

/** The values of a Set node, some of them replaced as the user would. */
export function valuesOf(file: string, name: string, values: Readonly<Record<string, string>>) {
	const node = exampleWorkflow(`${file}.json`).nodes.find((one) => one.name === name);
	const { assignments } = node?.parameters.assignments as unknown as {
		assignments: Array<{ name: string; value: unknown }>;
	};
	for (const field of Object.keys(values)) {
		expect(assignments.map((one) => one.name)).toContain(field);
	}
	return {
		assignments: {
			assignments: assignments.map((one) => ({ ...one, value: values[one.name] ?? one.value })),
		},
	};
}

/** What a node gave out. */
export const jsonOf = (execution: Execution, node: string) =>
	outputOf(execution, node).map(({ json }) => json);
