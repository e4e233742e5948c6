import type { IWorkflowSettings } from 'n8n-workflow';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BaileysTrigger } from '../../nodes/Baileys/BaileysTrigger.node.ts';
import { createWorkflow } from '../support/n8nCore.mts';
import { captureLog } from '../support/n8nLog.mts';
import { runHook } from '../support/n8nWebhook.mts';

const VARIABLE = 'EXECUTIONS_DATA_SAVE_ON_ERROR';

let log: ReturnType<typeof captureLog>;

beforeEach(() => void (log = captureLog()));
afterEach(() => {
	log.stop();
	vi.unstubAllEnvs();
});

/** What n8n's log says when a workflow with these settings goes live. */
async function toldWhenPublished(settings: IWorkflowSettings): Promise<string> {
	const parameters = { events: ['*'], options: { acceptUnverified: true } };
	const trigger = { type: new BaileysTrigger(), parameters };
	const workflow = createWorkflow({ Trigger: trigger }, {}, { settings });
	expect(await runHook(workflow, 'Trigger', 'checkExists')).toBe(true);
	return log.text();
}

test.each([
	['the workflow', { saveDataErrorExecution: 'none' }, 'all', 'Save failed production executions'],
	['n8n', {}, 'none', `${VARIABLE}=all`],
	['n8n, to which the workflow leaves it', { saveDataErrorExecution: 'DEFAULT' }, 'none', VARIABLE],
] as const)(
	'%s saves no failed executions: what a crash interrupts is lost, and the log says so',
	async (_who, settings, all, whatToDo) => {
		vi.stubEnv(VARIABLE, all);
		const told = await toldWhenPublished(settings);
		expect(told).toContain("The workflow 'Test workflow' does not save failed executions");
		expect(told).toContain(whatToDo);
	},
);

test.each([
	['as n8n comes', {}, undefined],
	['in the workflow, although not in n8n', { saveDataErrorExecution: 'all' }, 'none'],
] as const)('nothing is said where they are saved, %s', async (_where, settings, all) => {
	vi.stubEnv(VARIABLE, all);
	expect(await toldWhenPublished(settings)).not.toContain('does not save failed executions');
});
