import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { fieldOf, isObject, textOf } from '../../../lib/event/json';
import { readExecution } from '../../../lib/history/readExecution';
import {
	isGap,
	type HistoryEntry,
	type StoredEnvelope,
	type StoredEvent,
	type StoredStatus,
} from '../../../lib/history/storedEvent';
import { N8N_WEBHOOK_EVENT } from '../../../lib/history/events';
import type { N8nApi } from '../../../lib/history/store/api';

/** An input item that names no event; the message says what is missing. */
export class NoEventError extends Error {
	override readonly name = 'NoEventError';

	constructor(readonly itemIndex: number) {
		super('The item names no event of the history');
	}

	readonly description =
		"Give items of this node's operations Get and Get Many, or items with an 'executionId'.";
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
	if (!isEnvelope(event) || event.type === N8N_WEBHOOK_EVENT || json.files !== undefined) {
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

function isEnvelope(value: unknown): value is StoredEnvelope {
	return (
		isObject(value) &&
		value.specversion === '1.0' &&
		[value.id, value.source, value.type].every((text) => textOf(text) !== undefined)
	);
}

function numberText(value: unknown): string | undefined {
	return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : undefined;
}
