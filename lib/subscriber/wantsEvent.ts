import { fitsType } from '../event/pattern';
import { matchesFilter } from './matchesFilter';
import type { Subscriber } from './subscriber';

/**
 * Whether an event is to be delivered to a subscriber: it is active, and type and filter fit. Types fit
 * as they do everywhere in this package: the first part may be left out.
 *
 * @param onTooCostly told the path of a condition of its filter that takes too long, and does not fit
 */
export function wantsEvent(
	{ active, events, filter }: Pick<Subscriber, 'active' | 'events' | 'filter'>,
	event: { readonly type: string },
	onTooCostly?: (path: string) => void,
): boolean {
	if (!active || !fitsType(events, event.type)) return false;
	return filter === undefined || matchesFilter(filter, event, onTooCostly);
}
