import type { IExecuteFunctions } from 'n8n-workflow';
import type { HandledLog, RecordOptions, RemoveKeys } from '../../../lib/receive/handledLog';

/** What an event is recognised by, the first one is its own. */
export type EventKeys = readonly [string, ...string[]];

interface RecordedFor extends Pick<RecordOptions, 'windowMs' | 'capacity'> {
	/** Until {@link endRecorded}, not for good. @default false */
	readonly untilEnd?: boolean;
}

/**
 * Records an event in n8n's deduplication store.
 *
 * @returns whether none of its keys was recorded before
 */
export async function recordIfNew(
	context: IExecuteFunctions,
	handled: HandledLog,
	keys: EventKeys,
	{ untilEnd = false, ...options }: RecordedFor,
): Promise<boolean> {
	const recording: RecordOptions = {
		...options,
		...(untilEnd ? { remove: remover(context) } : {}),
		record: async (asked, capacity) => {
			const { processed } = await context.helpers.checkProcessedAndRecord([...asked], 'node', {
				mode: 'entries',
				maxEntries: capacity,
			});
			return new Set(processed.map(String));
		},
	};
	try {
		const known = await Promise.all(
			keys.map(async (key) => await handled.recordIfNew(key, recording)),
		);
		return known.every((isNew) => isNew);
	} catch (error) {
		// The claim in memory has let only one through; to stop here would lose an event.
		warn(
			context,
			keys,
			"n8n's deduplication store did not respond, so the event passed unchecked",
			error,
		);
		return true;
	}
}

/** Ends what was recorded until the workflow's end, see {@link HandledLog.end}. */
export async function endRecorded(
	context: IExecuteFunctions,
	handled: HandledLog,
	keys: EventKeys,
	isDone: boolean,
): Promise<void> {
	try {
		await Promise.all(keys.map(async (key) => await handled.end(key, isDone, remover(context))));
	} catch (error) {
		warn(context, keys, "n8n's deduplication store did not record the end of an event", error);
	}
}

function remover(context: IExecuteFunctions): RemoveKeys {
	return async (keys) => {
		await context.helpers.removeProcessed([...keys], 'node', { mode: 'entries' });
	};
}

function warn(context: IExecuteFunctions, [key]: EventKeys, words: string, error: unknown): void {
	const problem = error instanceof Error ? error.message : 'unknown';
	context.logger.warn(`${words}: ${problem}`, { dedupekey: key });
}
