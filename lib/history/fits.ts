import { fitsType, matchesPattern } from '../event/pattern';
import { containsText } from './containsText';
import type { HistoryFilters } from './filters';
import type { StoredEnvelope } from './storedEvent';

/**
 * Makes the test of whether an event fits what the filters say of events. What they say of
 * executions (workflow, status, start) is not looked at.
 */
export function eventFilter(filters: HistoryFilters): (event: StoredEnvelope) => boolean {
	const { eventTypes, sources, subjects, eventId, timeOf, since, until } = filters;
	const text = filters.text?.toLowerCase() ?? '';
	const tests: Array<(event: StoredEnvelope) => boolean> = [];
	if (eventId !== undefined && eventId !== '') tests.push(({ id }) => id === eventId);
	if (isGiven(eventTypes)) tests.push(({ type }) => fitsType(eventTypes, type));
	if (isGiven(sources)) tests.push(({ source }) => fitsOne(sources, source));
	if (isGiven(subjects)) tests.push(({ subject }) => fitsOne(subjects, subject ?? ''));
	if (timeOf === 'event' && (since !== undefined || until !== undefined)) {
		tests.push(({ time }) => isWithin(new Date(time), since, until));
	}
	if (text !== '') tests.push(({ data }) => containsText(data, text));
	return (event) => tests.every((test) => test(event));
}

/** Whether an instant lies in a span of time, its ends included. */
export function isWithin(instant: Date, since: Date | undefined, until: Date | undefined): boolean {
	const at = instant.getTime();
	if (Number.isNaN(at)) return false;
	if (since !== undefined && at < since.getTime()) return false;
	return until === undefined || at <= until.getTime();
}

export function isGiven<T>(list: readonly T[] | undefined): list is readonly T[] {
	return list !== undefined && list.length > 0;
}

function fitsOne(patterns: readonly string[], text: string): boolean {
	return patterns.some((pattern) => matchesPattern(pattern, text));
}
