import type { StoredEvent } from '../history/storedEvent';
import { eventKey } from './eventKey';

/** About 40 MB; whoever has more has to choose fewer. */
const MOST_EVENTS = 250_000;

/** More different events failed than can be held. */
export class TooManyFailuresError extends Error {
	override readonly name = 'TooManyFailuresError';
}

/**
 * Of events that failed more than once, the newest failure of each.
 *
 * @param events in any order
 * @returns by `eventKey`, the id of the execution
 * @throws {TooManyFailuresError}
 */
export async function newestFailures(
	events: AsyncIterable<StoredEvent> | Iterable<StoredEvent>,
): Promise<ReadonlyMap<string, string>> {
	const newest = new Map<string, string>();
	for await (const { event, executionId } of events) {
		const key = eventKey(event);
		const known = newest.get(key);
		if (known !== undefined && Number(known) >= Number(executionId)) continue;
		newest.set(key, executionId);
		if (newest.size > MOST_EVENTS) {
			throw new TooManyFailuresError(`More than ${MOST_EVENTS} different events failed`);
		}
	}
	return newest;
}
