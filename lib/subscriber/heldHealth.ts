import type { Cell, DataTableRow } from './dataTables';
import { dateOf, isoOf, textOf } from './rows';
import { type HealthChange, type RegisteredSubscriber, readSubscriberUrl } from './subscriber';

/**
 * What is left of a change, by the row as it is now: others may have delivered since it was read, and a person may
 * have corrected the address. The longest of several failures counts, and any success ends all of them.
 *
 * @param row undefined where it is gone
 * @returns the change that is to be written, or none
 */
export function heldChange(
	change: HealthChange<RegisteredSubscriber>,
	row: DataTableRow | undefined,
): HealthChange<RegisteredSubscriber>[] {
	const { subscriber, failingSince, disable } = change;
	if (row === undefined || readSubscriberUrl(textOf(row.url)) !== subscriber.url) return [];
	const since = dateOf(row.failingSince);
	// Whoever set another time, or none, has seen a success that this run has not.
	const isSuccessful = since?.getTime() !== subscriber.failingSince?.getTime();
	const keepsSince = failingSince instanceof Date && since !== undefined;
	const disables = disable === 'failing' && isSuccessful ? undefined : disable;
	const held = {
		subscriber,
		...(failingSince === undefined || keepsSince ? {} : { failingSince }),
		...(disables === undefined ? {} : { disable: disables }),
	};
	return held.failingSince === undefined && held.disable === undefined ? [] : [held];
}

/** Rows that change alike, and their new cells. */
export function healthGroups(
	changes: readonly HealthChange<Pick<RegisteredSubscriber, 'rowId'>>[],
): { readonly rowIds: readonly number[]; readonly cells: Readonly<Record<string, Cell>> }[] {
	const groups = new Map<string, { rowIds: number[]; cells: Record<string, Cell> }>();
	for (const { subscriber, failingSince, disable } of changes) {
		const { rowId } = subscriber;
		const cells: Record<string, Cell> = {
			...(failingSince === undefined ? {} : { failingSince: isoOf(failingSince) }),
			...(disable === undefined ? {} : { active: false, disabledReason: disable }),
		};
		if (Object.keys(cells).length === 0) continue;
		const key = JSON.stringify(cells);
		const group = groups.get(key);
		if (group === undefined) groups.set(key, { rowIds: [rowId], cells });
		else group.rowIds.push(rowId);
	}
	return [...groups.values()];
}
