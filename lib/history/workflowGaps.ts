import { N8nApiError, type N8nApi } from './store/n8nApi';
import { type HistoryFilters, type ReadOptions, isGiven } from './filters';
import { gap } from './gaps';
import { fieldOf, isObject, textOf } from '../event/json';
import type { Gap, StoredStatus } from './storedEvent';
import { workflowMayBringEvents } from './executionEvents';
import { listWorkflows } from './store/executions';

const FAILURES: readonly StoredStatus[] = ['error', 'crashed'];

/**
 * Workflows whose events n8n does not save, and workflows that were asked for and that the key may
 * not read. A setting that leaves it to n8n's own default cannot be seen from outside.
 *
 * @throws {N8nApiError} but for a key that may not list workflows, which is a gap itself
 */
export async function* workflowGaps(
	api: N8nApi,
	filters: HistoryFilters,
	options: Pick<ReadOptions, 'includeN8nWebhook' | 'signal'>,
): AsyncGenerator<Gap, void, undefined> {
	const { workflowIds } = filters;
	const found = isGiven(workflowIds)
		? chosenWorkflows(api, workflowIds, options.signal)
		: everyWorkflow(api, options.signal);
	try {
		for await (const workflow of found) {
			if ('reason' in workflow) yield workflow;
			else if (isUnsaved(workflow.json, filters, options)) yield unsaved(workflow.json);
		}
	} catch (error) {
		yield withoutScope(error, isGiven(workflowIds) ? 'workflow:read' : 'workflow:list');
	}
}

interface FoundWorkflow {
	readonly json: unknown;
}

async function* everyWorkflow(
	api: N8nApi,
	signal: AbortSignal | undefined,
): AsyncGenerator<FoundWorkflow> {
	for await (const json of listWorkflows(api, signal)) yield { json };
}

async function* chosenWorkflows(
	api: N8nApi,
	ids: readonly string[],
	signal: AbortSignal | undefined,
): AsyncGenerator<FoundWorkflow | Gap> {
	for (const id of ids) {
		yield await api
			.call({
				method: 'GET',
				path: `/workflows/${encodeURIComponent(id)}`,
				query: { excludePinnedData: true },
				what: `read workflow ${id}`,
				signal,
			})
			.then((json) => ({ json }))
			.catch(noAccess(id));
	}
}

function isUnsaved(
	workflow: unknown,
	{ statuses }: HistoryFilters,
	options: Pick<ReadOptions, 'includeN8nWebhook'>,
): boolean {
	const settings = fieldOf(workflow, 'settings');
	if (!isObject(settings) || !workflowMayBringEvents(workflow, options)) return false;
	if (fieldOf(workflow, 'isArchived') === true) return false;
	const wants = (wanted: readonly StoredStatus[]) =>
		!isGiven(statuses) || statuses.some((status) => wanted.includes(status));
	return (
		(settings.saveDataSuccessExecution === 'none' && wants(['success'])) ||
		(settings.saveDataErrorExecution === 'none' && wants(FAILURES))
	);
}

function unsaved(workflow: unknown): Gap {
	return gap('not_saved', {
		workflowId: textOf(fieldOf(workflow, 'id')),
		workflowName: textOf(fieldOf(workflow, 'name')),
	});
}

function noAccess(workflowId: string) {
	return (error: unknown): Gap => {
		if (!(error instanceof N8nApiError) || error.status !== 404) throw error;
		return gap('no_access', { workflowId });
	};
}

function withoutScope(error: unknown, scope: string): Gap {
	if (!(error instanceof N8nApiError) || error.status !== 403) throw error;
	return gap('no_access', {
		hint: `The API key lacks the scope ${scope}, so it is unknown whether n8n saves the executions of these workflows. Create a key with that scope in n8n under Settings > n8n API.`,
	});
}
