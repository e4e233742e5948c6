import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { publishBaileys, TRIGGER, type LiveWorkflow } from '../../support/baileysWorkflow.mts';
import { outputOf, type WorkflowNode } from '../../support/n8n.mts';
import {
	inARow,
	nodeOf,
	publishReplayer,
	type ReplayAnswer,
} from '../../support/replayWorkflow.mts';
import { ask } from '../ask.mts';
import type { LoadedHistory } from '../loadedHistory.mts';
import { send } from '../mixedWorkflows.mts';

/** What was changed since the event came in. */
export function changeScene(history: () => LoadedHistory): void {
	describe('what was changed since the event came in', () => {
		async function received(id: string): Promise<LiveWorkflow> {
			const { n8n } = history();
			const live = await publishBaileys(n8n, { following: [told('old', TRIGGER)] });
			await send(live, id);
			await n8n.client.waitForExecutions(live.workflow.id);
			return live;
		}

		async function change(
			{ workflow }: LiveWorkflow,
			changeTrigger: (trigger: WorkflowNode) => WorkflowNode,
		): Promise<void> {
			const { client } = history().n8n;
			const { name, nodes, settings } = await client.getWorkflow(workflow.id);
			const [trigger, ...following] = nodes;
			if (trigger === undefined) throw new Error('The workflow has no trigger');
			const changed = changeTrigger(trigger);
			const all = [changed, ...following.map((node) => told('new', changed.name, node.id))];
			const draft = { name, nodes: all, connections: inARow(all), settings };
			await client.updateWorkflow(workflow.id, draft);
		}

		async function replay({ workflow }: LiveWorkflow): Promise<ReplayAnswer> {
			const parameters = {
				target: 'originalWorkflow',
				filters: { workflows: [workflow.id] },
				options: {},
			};
			return await (await publishReplayer(history().n8n, { parameters })).ask();
		}

		async function seen(answer: ReplayAnswer) {
			expect(answer.results).toMatchObject([{ outcome: 'replayed' }]);
			const id = String(answer.results[0]?.replayExecutionId);
			return outputOf(await history().n8n.client.getExecution(id), 'Work')[0]?.json;
		}

		test('a workflow runs in its new form, also where its trigger has a new name', async () => {
			const changed = await received('NEW1');
			await change(changed, (trigger) => trigger);
			expect(await seen(await replay(changed))).toEqual({ form: 'new', event: 'NEW1' });
			const renamed = await received('NEW2');
			await change(renamed, (trigger) => ({ ...trigger, name: 'New name' }));
			expect(await seen(await replay(renamed))).toEqual({ form: 'new', event: 'NEW2' });
		});

		test('a trigger that is gone and a workflow that is not published are told, and nothing is lost', async () => {
			const { client } = history().n8n;
			const gone = await received('GONE');
			const original = await client.getWorkflow(gone.workflow.id);
			await change(gone, () =>
				nodeOf('Schedule', 'n8n-nodes-base.scheduleTrigger', 1.2, {
					rule: { interval: [{ field: 'weeks' }] },
				}),
			);
			expect((await replay(gone)).results).toMatchObject([
				{ reason: 'trigger_missing', error: expect.stringContaining('Add a trigger') },
			]);
			await client.updateWorkflow(gone.workflow.id, original);
			await client.unpublish(gone.workflow.id);
			expect((await replay(gone)).results).toMatchObject([
				{ reason: 'unpublished', error: expect.stringContaining('Publish it') },
			]);
			await client.publish(gone.workflow.id);
			expect(await seen(await replay(gone))).toEqual({ form: 'old', event: 'GONE' });
		});

		test('a wrong key, a missing scope and an address without n8n are told', async () => {
			const { n8n } = history();
			const wrong = await ask(history(), 'getMany', {}, { apiKey: 'wrong' });
			expect(wrong.error?.message).toContain('responded with 401');
			expect(wrong.error?.description).toContain("'API Key'");
			const { rawApiKey } = await n8n.client.rest<{ rawApiKey: string }>('POST', '/api-keys', {
				label: randomUUID(),
				scopes: ['workflow:list'],
				expiresAt: null,
			});
			const narrow = await ask(history(), 'getMany', {}, { apiKey: rawApiKey });
			expect(narrow.error?.description).toContain('execution:list');
			const nowhere = await ask(history(), 'getMany', {}, { baseUrl: `${n8n.url}/nowhere` });
			expect(nowhere.error?.description).toContain("'Base URL'");
			for (const { stored, results } of [wrong, narrow, nowhere]) {
				expect(results).toEqual([]);
				expect(stored).not.toContain(rawApiKey);
			}
		});
	});
}

/** A node that tells in which form the workflow runs, and which event its trigger brought. */
function told(form: string, trigger: string, id: string = randomUUID()): WorkflowNode {
	const jsonOutput = `={{ JSON.stringify({ form: '${form}', event: $('${trigger}').first().json.id }) }}`;
	return nodeOf(
		'Work',
		'n8n-nodes-base.set',
		3.4,
		{ mode: 'raw', jsonOutput, options: {} },
		{ id },
	);
}
