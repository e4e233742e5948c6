import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { HandledLog, RecordKeys } from '../../../lib/receive/handledLog';
import { signedKey } from '../../../lib/receive/receive';
import { claimsOf } from './receiveWebhook';
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
	if (mode !== 'webhook' && mode !== 'retry') return [items];
	const passing: INodeExecutionData[] = [];
	for (const item of items) {
		if (await passes(context, trigger, item.json, mode)) passing.push(item);
	}
	return [passing];
}

/**
 * A retry was asked for by somebody, and passes although its event was recorded before the crash;
 * but not where another execution of this process has passed with it: the sender's repeat, say.
 */
async function passes<Settings>(
	context: IExecuteFunctions,
	trigger: WebhookTrigger<Settings>,
	{ dedupekey: key, signeddigest: digest, type }: IDataObject,
	mode: 'webhook' | 'retry',
): Promise<boolean> {
	if (typeof key !== 'string') return true;
	const keys = typeof digest === 'string' ? [key, signedKey(String(type), digest)] : [key];
	const { deduplicationWindowMs: windowMs, deduplicationCapacity: capacity } = optionsOf(
		context,
		trigger,
	);
	const { claims, handled } = claimsOf(context, capacity);
	// That this runs is proof that n8n stored the execution.
	for (const each of keys) claims.markStored(each, windowMs);
	const other = handled.passedBy(key);
	if (mode === 'retry' && other !== undefined) {
		context.logger.warn(
			`Nothing was run again: execution ${other} has passed with the same event. To run it on purpose, replay it with Event History.`,
			{ node: context.getNode().name, workflowId: context.getWorkflow().id, dedupekey: key },
		);
		return false;
	}
	// Noted at once: of two retries that are under way, one passes.
	if (mode === 'retry') handled.notePassed(key, context.getExecutionId(), capacity);
	const isNew = await recordIfNew(context, handled, keys, { windowMs, capacity });
	if (mode === 'retry') return true;
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
		context.logger.warn(`The options could not be read, defaults count instead: ${problem}`, {
			node: context.getNode().name,
			workflowId: context.getWorkflow().id,
		});
		return defaultTriggerOptions(deduplication);
	}
}

/** Whether none of the keys was recorded before. */
async function recordIfNew(
	context: IExecuteFunctions,
	handled: HandledLog,
	keys: readonly string[],
	options: { readonly windowMs: number; readonly capacity: number },
): Promise<boolean> {
	const record = recorder(context);
	try {
		const known = await Promise.all(
			keys.map(async (key) => await handled.recordIfNew(key, { ...options, record })),
		);
		return known.every((isNew) => isNew);
	} catch (error) {
		// The claim in memory has let only one through; to stop here would lose an event.
		context.logger.warn(
			`n8n's deduplication store did not answer; event passed unchecked: ${error instanceof Error ? error.message : 'unknown'}`,
			{ dedupekey: keys[0] },
		);
		return true;
	}
}

function recorder(context: IExecuteFunctions): RecordKeys {
	return async (keys, capacity) => {
		const { processed } = await context.helpers.checkProcessedAndRecord([...keys], 'node', {
			mode: 'entries',
			maxEntries: capacity,
		});
		return new Set(processed.map(String));
	};
}
