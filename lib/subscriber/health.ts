import type { Cell } from './dataTables';
import type { DisabledReason } from './subscriber';
import { isoOf } from './writeRow';

/** What deliveries told of a subscriber. */
export interface HealthChange {
	readonly rowId: number;
	/** Since when every delivery failed; null: the last one did not. Left out: unchanged. */
	readonly failingSince?: Date | null;
	/** Given: the subscriber gets nothing more, for this reason. */
	readonly disabledReason?: DisabledReason;
}

/** Rows that change alike, and their new cells. */
export function healthGroups(
	changes: readonly HealthChange[],
): { readonly rowIds: readonly number[]; readonly cells: Readonly<Record<string, Cell>> }[] {
	const groups = new Map<string, { rowIds: number[]; cells: Record<string, Cell> }>();
	for (const { rowId, failingSince, disabledReason } of changes) {
		const cells: Record<string, Cell> = {
			...(failingSince === undefined ? {} : { failingSince: isoOf(failingSince) }),
			...(disabledReason === undefined ? {} : { active: false, disabledReason }),
		};
		if (Object.keys(cells).length === 0) continue;
		const key = JSON.stringify(cells);
		const group = groups.get(key);
		if (group === undefined) groups.set(key, { rowIds: [rowId], cells });
		else group.rowIds.push(rowId);
	}
	return [...groups.values()];
}
