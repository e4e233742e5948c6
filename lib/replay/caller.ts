import { fieldOf, isObject, listOf, textOf } from '../event/json';
import { fetchExecution } from '../history/readExecution';
import { readHead } from '../history/store/executions';
import type { N8nApi } from '../history/store/n8nApi';

/** **Executions that another one called**, as a sub-workflow or as a replay, and that crashed together with it. */

/** The execution that called this one; undefined where none did. */
export function callerOf(json: unknown): string | undefined {
	return textOf(fieldOf(json, 'data', 'parentExecution', 'executionId'));
}

interface CallerOptions {
	/** Of workflows whose events are kept until they have run, and run again where n8n has emptied their execution. */
	readonly keptWorkflows: ReadonlySet<string>;
	readonly signal?: AbortSignal | undefined;
}

/**
 * Whether an execution that crashed, or that n8n has emptied, calls again what it had called as soon as it is
 * recovered. Not where n8n has saved how far it had come: it may have called what it did not wait for.
 *
 * @throws {N8nApiError}
 */
export async function callsAgain(
	api: N8nApi,
	executionId: string,
	{ keptWorkflows, signal }: CallerOptions,
): Promise<boolean> {
	const fetched = await fetchExecution(api, executionId, { signal });
	if ('reason' in fetched) return false;
	const { json } = fetched;
	if (readHead(json)?.status === 'error') {
		return hasNothing(json) && keptWorkflows.has(readHead(json)?.workflowId ?? '');
	}
	const stack = listOf(fieldOf(json, 'data', 'executionData', 'nodeExecutionStack'));
	return stack.length > 0 && stack.every((entry) => !isObject(fieldOf(entry, 'source')));
}

/** Neither what ran nor what was to run: each other execution has one of them. */
export function hasNothing(json: unknown): boolean {
	if (fieldOf(json, 'dataTooLargeToDisplay') === true) return false;
	const runs = fieldOf(json, 'data', 'resultData', 'runData');
	const stack = listOf(fieldOf(json, 'data', 'executionData', 'nodeExecutionStack'));
	return isObject(runs) && Object.keys(runs).length === 0 && stack.length === 0;
}
