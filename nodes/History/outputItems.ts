import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import type { Gap, StoredEvent } from '../../lib/history/storedEvent';
import { durationOf } from '../../lib/history/summary';

/** Gives the address at which n8n's editor shows an execution. */
export type ExecutionLink = (workflowId: string, executionId: string) => string;

/**
 * The item of an event: `{event, executionId, workflowId, workflowName, trigger, mode, status,
 * startedAt, stoppedAt, durationMs, failedNode, error, retriedBy, replayOf, executionUrl}`. What
 * there is not is null. An event that came with files also has their names under `files`. Webhook
 * Notifier's Resend and Replay take it as it is.
 */
export function eventItem(
	stored: StoredEvent,
	link: ExecutionLink,
	itemIndex: number,
): INodeExecutionData {
	const { event, executionId, workflowId, workflowName } = stored;
	const json: IDataObject = {
		event: event as unknown as IDataObject,
		executionId,
		workflowId,
		workflowName,
		trigger: stored.triggerName,
		mode: stored.mode,
		status: stored.status,
		startedAt: iso(stored.startedAt),
		stoppedAt: iso(stored.stoppedAt),
		durationMs: durationOf(stored) ?? null,
		failedNode: stored.failedNode ?? null,
		error: stored.error ?? null,
		retriedBy: stored.retriedBy ?? null,
		replayOf: event.replayof ?? null,
		executionUrl: link(workflowId, executionId),
		...(stored.files === undefined ? {} : { files: Object.keys(stored.files) }),
	};
	return { json, pairedItem: { item: itemIndex } };
}

/** The item of a gap: its fields as they are, times as ISO texts. */
export function gapItem(gap: Gap, itemIndex: number): INodeExecutionData {
	const { since, until, executionIds, ...rest } = gap;
	const json: IDataObject = {
		...rest,
		...(executionIds === undefined ? {} : { executionIds: [...executionIds] }),
		...(since === undefined ? {} : { since: iso(since) }),
		...(until === undefined ? {} : { until: iso(until) }),
	};
	return { json, pairedItem: { item: itemIndex } };
}

function iso(date: Date | undefined): string | null {
	return date?.toISOString() ?? null;
}
