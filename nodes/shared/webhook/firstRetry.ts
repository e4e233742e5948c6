import type { IExecuteFunctions } from 'n8n-workflow';
import { fieldOf } from '../../../lib/event/json';
import type { HandledLog } from '../../../lib/receive/handledLog';
import { recordIfNew } from './handledStore';
import type { TriggerOptions } from './triggerSettings';

/**
 * The execution that this one is a retry of, which n8n tells in no other way; `any` where it does not.
 */
export function retriedExecution(context: IExecuteFunctions): string {
	const retryOf = fieldOf(Reflect.get(context, 'additionalData'), 'hooks', 'retryOf');
	return typeof retryOf === 'string' && retryOf !== '' ? retryOf : 'any';
}

/**
 * Whether no other retry of the same execution has passed with an event. n8n may keep no trace of one that
 * has: where a workflow saves no successful executions, what it was a retry of stays `crashed`, and
 * is retried again after a restart. Recorded for good: a retry that crashes is itself what is retried next.
 */
export async function isFirstRetry(
	context: IExecuteFunctions,
	handled: HandledLog,
	key: string,
	{ deduplicationWindowMs: windowMs, deduplicationCapacity: capacity }: TriggerOptions,
): Promise<boolean> {
	const retryOf = retriedExecution(context);
	if (retryOf === 'any') return true;
	const mark = `${key}\nretry of ${retryOf}`;
	return await recordIfNew(context, handled, [mark], { windowMs, capacity });
}
