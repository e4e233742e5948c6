import { NodeOperationError, type IExecuteFunctions } from 'n8n-workflow';
import { fieldOf } from '../../../lib/event/json';
import { type HistoryFilters, type ReadOptions, isGiven } from '../../../lib/history/filters';
import { readEvents } from '../../../lib/history/readEvents';
import {
	isGap,
	type Gap,
	type HistoryEntry,
	type StoredEvent,
	type StoredStatus,
} from '../../../lib/history/storedEvent';
import type { N8nApi } from '../../../lib/history/store/n8nApi';
import { eventKey } from '../../../lib/replay/replayTarget';
import { newestFailures, readAhead } from '../../../lib/replay/replayEvents';
import { assertParameterGives } from '../../shared/givesNothing';
import { filterLabel } from '../filterProperties';
import { givenFilters, readFilters } from '../readFilters';
import { inOrder, inputEvents, type InputEvent } from './inputEvents';
import type { ReplaySettings } from './settings';

const FAILED: readonly StoredStatus[] = ['error', 'crashed'];

/** Events that are read while others are replayed: as many as may be under way at a time. */
const AHEAD = 50;

/** The events that were chosen, and where each came from. */
export interface Chosen {
	readonly events: AsyncIterable<StoredEvent>;
	/** The input item of an event. */
	inputOf(stored: StoredEvent): number;
}

/**
 * The filters of the node, narrowed to failures where the options ask for them.
 *
 * @throws {NodeOperationError} where the two exclude each other
 */
export function replayFilters(
	context: IExecuteFunctions,
	settings: ReplaySettings,
): HistoryFilters {
	assertFiltersGiven(context);
	const filters = readFilters(context, 0);
	if (!settings.onlyFailed) return filters;
	const { statuses } = filters;
	const wanted = isGiven(statuses) ? statuses.filter((status) => FAILED.includes(status)) : FAILED;
	if (wanted.length > 0) return { ...filters, statuses: wanted };
	throw new NodeOperationError(
		context.getNode(),
		"The filter 'Status' and the option 'Only Failed' can't be combined",
		{ description: "Remove the filter 'Status', or choose 'Error' or 'Crashed' in it." },
	);
}

/** What an expression that fails was to keep out would run again. */
function assertFiltersGiven(context: IExecuteFunctions): void {
	const stored = context.getNode().parameters.filters;
	for (const [name, value] of Object.entries(givenFilters(context, 0))) {
		assertParameterGives(context, fieldOf(stored, name), value, filterLabel(name));
	}
}

/** Events by filters: read page by page while they are replayed. */
export async function chosenByFilters(
	api: N8nApi,
	filters: HistoryFilters,
	options: ReadOptions,
	settings: ReplaySettings,
	onGap: (gap: Gap) => void,
	entries: AsyncIterable<HistoryEntry> = readEvents(api, filters, {
		...options,
		order: settings.order,
	}),
): Promise<Chosen> {
	const inputOf = () => 0;
	const events = readAhead(withoutGaps(entries, onGap), AHEAD);
	if (!settings.onlyNewestFailure) return { events, inputOf };
	// The newest failure of an event is only known when all have been looked at.
	const all = withoutGaps(
		readEvents(api, filters, { ...options, order: 'newest' }),
		() => undefined,
	);
	return { events: onlyThese(events, await newestFailures(all)), inputOf };
}

/** Events of the input items: all of them are in memory already. */
export async function chosenByInput(
	context: IExecuteFunctions,
	api: N8nApi,
	settings: ReplaySettings,
	onGap: (gap: Gap, itemIndex: number) => void,
): Promise<Chosen> {
	const found: InputEvent[] = [];
	const itemOf = new Map<StoredEvent, number>();
	const signal = context.getExecutionCancelSignal();
	for await (const event of inputEvents(context, api, signal)) found.push(event);
	const stored: StoredEvent[] = [];
	for (const { entry, itemIndex } of inOrder(found, settings.order)) {
		if (isGap(entry)) {
			onGap(entry, itemIndex);
			continue;
		}
		if (settings.onlyFailed && !FAILED.includes(entry.status)) continue;
		itemOf.set(entry, itemIndex);
		stored.push(entry);
	}
	const events = settings.onlyNewestFailure
		? onlyThese(asyncOf(stored), await newestFailures(stored))
		: asyncOf(stored);
	return { events, inputOf: (event) => itemOf.get(event) ?? 0 };
}

async function* withoutGaps(
	entries: AsyncIterable<HistoryEntry>,
	onGap: (gap: Gap) => void,
): AsyncGenerator<StoredEvent, void, undefined> {
	for await (const entry of entries) {
		if (isGap(entry)) onGap(entry);
		else yield entry;
	}
}

async function* onlyThese(
	events: AsyncIterable<StoredEvent>,
	executions: ReadonlyMap<string, string>,
): AsyncGenerator<StoredEvent, void, undefined> {
	for await (const stored of events) {
		if (executions.get(eventKey(stored.event)) === stored.executionId) yield stored;
	}
}

async function* asyncOf(
	events: readonly StoredEvent[],
): AsyncGenerator<StoredEvent, void, undefined> {
	yield* events;
}
