import type { IHookFunctions, IWorkflowSettings } from 'n8n-workflow';

/** What of n8n's configuration decides it where the workflow does not. */
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Writes into n8n's log, whenever the workflow goes live, that it does not keep what a crash interrupts: where
 * failed executions are not saved, n8n deletes the crashed ones when it starts (n8n 2.41.1), with events that
 * their senders were told are received.
 */
export function adviseOnSaving(context: IHookFunctions, env: Environment = process.env): void {
	const { saveDataErrorExecution = 'DEFAULT' } = settingsOf(context);
	const isOwn = saveDataErrorExecution !== 'DEFAULT';
	const saved = isOwn ? saveDataErrorExecution : env.EXECUTIONS_DATA_SAVE_ON_ERROR;
	if (saved !== 'none') return;
	const { name, id } = context.getWorkflow();
	const what = isOwn
		? "In the workflow's settings, set 'Save failed production executions' to 'Save'"
		: 'Set EXECUTIONS_DATA_SAVE_ON_ERROR=all for n8n';
	context.logger.warn(
		`The workflow '${name ?? id ?? ''}' does not save failed executions. When n8n crashes, it deletes the executions that were running as it starts again, so their events are lost although their senders were told that they arrived. ${what}.`,
		{ node: context.getNode().name, workflowId: id },
	);
}

/** The first n8n 2.x had no such function. */
function settingsOf(context: IHookFunctions): IWorkflowSettings {
	const read: unknown = Reflect.get(context, 'getWorkflowSettings');
	return typeof read === 'function' ? context.getWorkflowSettings() : {};
}
