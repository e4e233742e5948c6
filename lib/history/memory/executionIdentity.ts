import { fieldOf } from '../../event/json';
import type { ExecutionHead, ExecutionQuery } from '../store/executions';

/**
 * Executions that n8n does not run at the moment. What waits may go on, also days later: n8n notes
 * each time when it has stopped and until when it waits (n8n-core, `processRunExecutionData`).
 */
const AT_REST: ReadonlySet<string> = new Set([
	'success',
	'error',
	'crashed',
	'canceled',
	'waiting',
]);

/**
 * n8n writes the status of an execution a moment before its data, and mends what a crash left behind
 * when it starts again.
 */
const SETTLED_AFTER_MS = 60_000;

/** What n8n tells of an execution with and without its data, and that differs as soon as it changes. */
const FIELDS = [
	'workflowId',
	'status',
	'startedAt',
	'mode',
	'finished',
	'stoppedAt',
	'retryOf',
	'retrySuccessId',
	'waitTill',
] as const;

/** Of a text that stands in JSON many times: quotation marks there take longer to read than all the rest. */
const SEPARATOR = '|';

/**
 * What tells an execution from what it was when its data were read. n8n's list has all of it without
 * data, in the same words (n8n 2.41.1, `toExecutionListItem` in executions.public.controller.ts).
 *
 * @param json an execution of n8n's list
 * @returns a text, the same as long as the execution is
 */
export function identityOf(json: unknown): string {
	return FIELDS.map((field) => String(fieldOf(json, field) ?? '')).join(SEPARATOR);
}

/** Whether n8n would list an execution of this identity for a query. */
export function isListedFor(query: ExecutionQuery, identity: string): boolean {
	const [workflowId, status, startedAt] = identity.split(SEPARATOR);
	if (query.workflowId !== undefined && query.workflowId !== workflowId) return false;
	if (query.status !== undefined && query.status !== status) return false;
	const at = Date.parse(startedAt ?? '');
	if (query.startedAfter !== undefined && !(at >= query.startedAfter.getTime())) return false;
	return query.startedBefore === undefined || at <= query.startedBefore.getTime();
}

/**
 * Whether nothing that is read of an execution can change without its identity: it has ended, or waits,
 * for some time, and n8n hides nothing of it from anybody. Where its workflow had a policy of redaction, n8n decides anew at
 * every read.
 *
 * @param json the execution with its data
 * @param now milliseconds since 1970
 */
export function isSettled(
	{ status, stoppedAt }: ExecutionHead,
	json: unknown,
	now: number,
): boolean {
	if (!AT_REST.has(status) || stoppedAt === undefined) return false;
	if (stoppedAt.getTime() > now - SETTLED_AFTER_MS) return false;
	return !mayBeRedacted(json);
}

/**
 * The policy as n8n 2.41.1 decides on it (execution-redaction.service.ts, `resolvePolicy`): the one that
 * was recorded when the execution ran, else that of its workflow.
 */
function mayBeRedacted(json: unknown): boolean {
	const recorded = fieldOf(json, 'data', 'executionData', 'runtimeData', 'redaction');
	if (fieldOf(recorded, 'version') === 2) {
		return fieldOf(recorded, 'production') !== false || fieldOf(recorded, 'manual') !== false;
	}
	const ofWorkflow = fieldOf(json, 'workflowData', 'settings', 'redactionPolicy');
	return (fieldOf(recorded, 'policy') ?? ofWorkflow ?? 'none') !== 'none';
}
