import type { IDataObject, IExecuteFunctions, IBinaryKeyData } from 'n8n-workflow';
import { fieldOf, textOf } from '../../../lib/event/json';
import { N8N_WEBHOOK_EVENT } from '../../../lib/history/executionEvents';
import { readExecution } from '../../../lib/history/readExecution';
import type { N8nApi } from '../../../lib/history/store/n8nApi';
import {
	isGap,
	isStoredEnvelope,
	type HistoryEntry,
	type StoredEvent,
	type StoredStatus,
} from '../../../lib/history/storedEvent';
import type { Refusal } from '../../../lib/replay/replayTarget';

/** An input item that names no event; the message says what is missing. */
class NoEventError extends Error {
	override readonly name = 'NoEventError';

	constructor(readonly itemIndex: number) {
		super('The item does not refer to an event in the history');
	}

	readonly description =
		"Use items from the operations Get and Get Many of this node (without Simplify), or items with an 'executionId'.";
}

/** An event, and the input item that it came from. */
export interface InputEvent {
	readonly entry: HistoryEntry;
	readonly itemIndex: number;
}

/**
 * The events of the input items. What an item leaves out is read from the history: an item needs
 * nothing but an `executionId`. Requests to n8n's own Webhook node, and events that came with files, are
 * read anyway, because the outputs do not hold all of them.
 *
 * @throws {NoEventError}
 */
export async function* inputEvents(
	context: IExecuteFunctions,
	api: N8nApi,
	signal: AbortSignal | undefined,
): AsyncGenerator<InputEvent, void, undefined> {
	for (const [itemIndex, { json }] of context.getInputData().entries()) {
		const stored = storedEvent(json);
		if (stored !== undefined) {
			yield { entry: stored, itemIndex };
			continue;
		}
		const executionId = textOf(json.executionId) ?? numberText(json.executionId);
		if (executionId === undefined) throw new NoEventError(itemIndex);
		const found = await readExecution(api, executionId, {
			includeN8nWebhook: true,
			readLarge: true,
			...(signal === undefined ? {} : { signal }),
		});
		const wanted = textOf(fieldOf(json.event, 'id'));
		const entries: readonly HistoryEntry[] = Array.isArray(found)
			? found.filter(({ event }) => wanted === undefined || event.id === wanted)
			: [found];
		for (const entry of entries) yield { entry, itemIndex };
		if (entries.length === 0) throw new NoEventError(itemIndex);
	}
}

/** In the order in which they were received; what cannot be read comes first. */
export function inOrder(events: InputEvent[], order: 'newest' | 'oldest'): InputEvent[] {
	const sign = order === 'oldest' ? 1 : -1;
	const idOf = ({ entry }: InputEvent) => (isGap(entry) ? 0 : Number(entry.executionId));
	return events.sort((a, b) => sign * (idOf(a) - idOf(b)));
}

/** @returns undefined where the item does not tell all that is needed */
function storedEvent(json: IDataObject): StoredEvent | undefined {
	const { event, executionId, workflowId, workflowName, trigger, mode, status, startedAt } = json;
	// Files are never taken from an item: it could name those of another workflow.
	if (!isStoredEnvelope(event) || event.type === N8N_WEBHOOK_EVENT || json.files !== undefined) {
		return undefined;
	}
	const execution = textOf(executionId) ?? numberText(executionId);
	const workflow = textOf(workflowId);
	const triggerName = textOf(trigger);
	if (execution === undefined || workflow === undefined || triggerName === undefined)
		return undefined;
	const started = typeof startedAt === 'string' ? new Date(startedAt) : undefined;
	const isTime = started !== undefined && !Number.isNaN(started.getTime());
	return {
		event,
		executionId: execution,
		workflowId: workflow,
		workflowName: textOf(workflowName) ?? workflow,
		triggerName,
		mode: textOf(mode) ?? '',
		status: (textOf(status) ?? 'unknown') as StoredStatus,
		...(isTime ? { startedAt: started } : {}),
	};
}

function numberText(value: unknown): string | undefined {
	return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : undefined;
}

/** The files that an event came with, as an item of n8n has them; no field where there are none. */
export function withFiles({ files }: Pick<StoredEvent, 'files'>): { binary?: IBinaryKeyData } {
	return files === undefined ? {} : { binary: { ...files } as unknown as IBinaryKeyData };
}

/**
 * Whether the files of an event can still be handed over. n8n keeps them beside the execution that
 * received them, and an item names them only: where they are gone, the workflow would fail at the
 * node that opens one, or go on without it.
 */
export async function whyNotFiles(
	{ helpers }: Pick<IExecuteFunctions, 'helpers'>,
	{ files, executionId }: Pick<StoredEvent, 'files' | 'executionId'>,
): Promise<Refusal | undefined> {
	for (const [name, file] of Object.entries(files ?? {})) {
		// Without an id the item holds the content itself.
		const id = textOf(file.id);
		if (id === undefined) continue;
		const isThere = await helpers.getBinaryMetadata(id).then(
			() => true,
			() => false,
		);
		if (isThere) continue;
		return {
			refused: 'file_missing',
			message: `The event came with the file '${name.slice(0, 100)}', but n8n no longer has the file for execution ${executionId}, or another n8n stores it. Run the workflow manually with the file, or ask the sender to send the event again.`,
		};
	}
	return undefined;
}
