import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { isQueueMode } from '../../../lib/cluster/n8nRedis';
import { signedKey } from '../../../lib/receive/receive';
import { tellAnsweredWhenStored, wantsAnswerAtEnd } from './answerOption';
import { isFirstRetry } from './firstRetry';
import { recordIfNew, type EventKeys } from './handledStore';
import { claimsOf, clusterForExecution } from './nodeClaims';
import { passerOverCluster } from './passOverCluster';
import { passUntilEnd, tellPassed } from './passUntilEnd';
import { isRefusedEvent } from '../../../lib/receive/refusals';
import { assertNoRefusedTest } from './refusedTest';
import { runEnd, tellsRunEnd } from './runEnd';
import { defaultTriggerOptions, readTriggerOptions, type TriggerOptions } from './triggerSettings';
import type { WebhookTrigger } from './webhookTrigger';

/**
 * The body of `execute()` of every webhook trigger, which n8n runs as the first node: lets an event
 * pass once. What was handled before a restart ends here; tests and replays pass untouched.
 */
export async function passOnce<Settings>(
	context: IExecuteFunctions,
	trigger: WebhookTrigger<Settings>,
): Promise<INodeExecutionData[][]> {
	const items = context.getInputData();
	const mode = context.getMode();
	if (mode === 'manual') assertNoRefusedTest(context, items);
	if (mode !== 'webhook' && mode !== 'retry') return [items];
	const options = optionsOf(context, trigger);
	const pass = await passerOf(context, mode, options);
	const passing: INodeExecutionData[] = [];
	for (const item of items) {
		const keys = keysOf(item.json);
		if (keys === undefined || (await pass(keys, item))) passing.push(item);
	}
	return [passing];
}

type Mode = 'webhook' | 'retry';

/** What an event is recognised by; undefined where it is none that could come again. */
function keysOf(event: IDataObject): EventKeys | undefined {
	const { dedupekey: key, signeddigest: digest, type } = event;
	if (typeof key !== 'string' || isRefusedEvent(event)) return undefined;
	return typeof digest === 'string' ? [key, signedKey(String(type), digest)] : [key];
}

/** How an event passes; asked for once in an execution. */
async function passerOf(
	context: IExecuteFunctions,
	mode: Mode,
	options: TriggerOptions,
): Promise<(keys: EventKeys, item: INodeExecutionData) => Promise<boolean>> {
	const alone = async (keys: EventKeys) => await passes(context, keys, mode, options);
	if (isQueueMode()) {
		const cluster = await clusterForExecution(context, options.deduplicationCapacity);
		// There the sender is answered when stored: 'Answer' can be nothing else in queue mode.
		if (cluster === undefined) return alone;
		const { handled } = claimsOf(context);
		return passerOverCluster({ context, cluster, handled, mode, options, alone });
	}
	if (!wantsAnswerAtEnd(context)) return alone;
	if (tellsRunEnd(context)) {
		const end = runEnd(context);
		return async (keys) => await passUntilEnd({ context, keys, mode, options, end });
	}
	tellAnsweredWhenStored(context, 'this version of n8n does not report when a workflow ends');
	return async (keys) => {
		claimsOf(context).runs.find(keys[0])?.end(true);
		return await alone(keys);
	};
}

/**
 * A retry was asked for by somebody, and passes although its event was recorded before the crash;
 * but not where another execution of this process has passed with it: the sender's repeat, say.
 */
async function passes(
	context: IExecuteFunctions,
	keys: EventKeys,
	mode: Mode,
	options: TriggerOptions,
): Promise<boolean> {
	const { deduplicationWindowMs: windowMs, deduplicationCapacity: capacity } = options;
	const { claims, handled } = claimsOf(context, capacity);
	// That this runs is proof that n8n stored the execution.
	for (const each of keys) void claims.markStored(each, windowMs);
	const [key] = keys;
	const other = handled.passedBy(key);
	if (mode === 'retry' && other !== undefined) {
		tellPassed(context, key, other);
		return false;
	}
	// Noted at once: of two retries that are under way, one passes.
	if (mode === 'retry') handled.notePassed(key, context.getExecutionId(), capacity);
	const isNew = await recordIfNew(context, handled, keys, { windowMs, capacity });
	if (mode === 'retry') {
		const isFirst = isQueueMode() || (await isFirstRetry(context, handled, key, options));
		if (!isFirst) tellPassed(context, key, undefined);
		return isFirst;
	}
	// A retry may have begun to pass while the store was asked.
	if (!isNew || handled.passedBy(key) !== other) return false;
	handled.notePassed(key, context.getExecutionId(), capacity);
	return true;
}

/** n8n has accepted the event: an expression that fails here must not end it. */
function optionsOf<Settings>(
	context: IExecuteFunctions,
	{ deduplication }: WebhookTrigger<Settings>,
): TriggerOptions {
	try {
		return readTriggerOptions(context, deduplication);
	} catch (error) {
		const problem = error instanceof Error ? error.message : 'unknown';
		context.logger.warn(`The options could not be read, so the defaults apply: ${problem}`, {
			node: context.getNode().name,
			workflowId: context.getWorkflow().id,
		});
		return defaultTriggerOptions(deduplication);
	}
}
