import { matchesPattern } from '../receive/selectsType';
import { matchesFilter } from './matchesFilter';
import type { Subscriber } from './subscriber';

/**
 * Whether an event is to be delivered to a subscriber: it is active, and type and filter fit. A
 * pattern is for the whole type: a subscriber of `order.paid` must not get `internal.order.paid`.
 */
export function wantsEvent(
	{ active, events, filter }: Pick<Subscriber, 'active' | 'events' | 'filter'>,
	event: { readonly type: string },
): boolean {
	if (!active || !events.some((pattern) => matchesPattern(pattern, event.type))) return false;
	return filter === undefined || matchesFilter(filter, event);
}
