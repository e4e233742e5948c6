import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { RecordKeys } from '../../lib/claim/handledLog';
import { claimsOf } from './nodeClaims';
import { readTriggerOptions } from './triggerOptions';
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
		// A retry was asked for by somebody: it always passes, but later copies shall not.
		if ((await isFirst(context, trigger, item.json)) || mode === 'retry') passing.push(item);
	}
	return [passing];
}

async function isFirst<Settings>(
	context: IExecuteFunctions,
	trigger: WebhookTrigger<Settings>,
	{ dedupekey: key }: IDataObject,
): Promise<boolean> {
	if (typeof key !== 'string') return true;
	const { deduplicationWindowMs: windowMs, deduplicationCapacity: capacity } = readTriggerOptions(
		context,
		trigger.deduplication,
	);
	const { claims, handled } = claimsOf(context, capacity);
	// That this runs is proof that n8n stored the execution.
	claims.markStored(key, windowMs);
	try {
		return await handled.recordIfNew(key, { windowMs, capacity, record: recorder(context) });
	} catch (error) {
		// The claim in memory has let only one through; to stop here would lose an event.
		context.logger.warn(
			`n8n's deduplication store did not answer; event passed unchecked: ${error instanceof Error ? error.message : 'unknown'}`,
			{ dedupekey: key },
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
