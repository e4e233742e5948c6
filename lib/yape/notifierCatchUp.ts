import { RealtimeFailure } from '../realtime/failure';
import type { NotifierPage, NotifierRecord } from './notifierApi';

/** Reads one page of records, the first is 1; see `readNotifications`. */
export type ReadPage = (number: number, since: string | undefined) => Promise<NotifierPage>;

/** A day of a busy shop; what is missing beyond it is said. */
const MOST_PAGES = 100;

/** The server filters by the time at which it received a notification, which is not in order of ids. */
const LEEWAY_MS = 10 * 60_000;

/**
 * Makes up for notifications that were missed while nobody listened: Reverb keeps no history, but
 * the server of Yape Notifier keeps every record.
 */
export class NotifierCatchUp {
	/** Newest record when listening began, where nothing was handed over yet. */
	private baseline: number | undefined;

	/**
	 * Hands over the records after the cursor, in the order of their ids. The first time, without a
	 * cursor, nothing was missed: from then on counts what comes.
	 *
	 * @returns whether that was all
	 * @throws {RealtimeFailure} what `readPage` throws
	 */
	async run(
		readPage: ReadPage,
		cursor: string | undefined,
		hand: (record: NotifierRecord) => void,
	): Promise<boolean> {
		const from = readCursor(cursor);
		if (from === undefined && this.baseline === undefined) {
			const { records } = await readPage(1, undefined);
			this.baseline = Math.max(0, ...records.map(({ id }) => id));
			return true;
		}
		const after = Math.max(from?.id ?? 0, from === undefined ? (this.baseline ?? 0) : 0);
		const { records, isAll } = await readAll(readPage, from?.since);
		const missed = records.filter(({ id }) => id > after).sort((a, b) => a.id - b.id);
		for (const record of missed) hand(record);
		return isAll;
	}
}

/** Where to go on after a record: its id, and the time from which on the server is asked. */
export function cursorAfter({ id, value }: NotifierRecord): string {
	const received = Date.parse(String(value.received_at ?? value.created_at ?? ''));
	const since = Number.isNaN(received) ? '' : new Date(received - LEEWAY_MS).toISOString();
	return `${id}@${since}`;
}

function readCursor(cursor: string | undefined): { id: number; since?: string } | undefined {
	const [, id, since] = /^(\d+)@(.*)$/.exec(cursor ?? '') ?? [];
	if (id === undefined) return undefined;
	return { id: Number(id), ...(since ? { since } : {}) };
}

async function readAll(
	readPage: ReadPage,
	since: string | undefined,
): Promise<{ records: NotifierRecord[]; isAll: boolean }> {
	const found = new Map<number, NotifierRecord>();
	for (let number = 1; number <= MOST_PAGES; number += 1) {
		const { records, lastPage } = await readPage(number, since);
		for (const record of records) found.set(record.id, record);
		if (records.length === 0 || number >= lastPage) {
			return { records: [...found.values()], isAll: true };
		}
	}
	if (found.size === 0) throw new RealtimeFailure('The list of notifications has no end');
	return { records: [...found.values()], isAll: false };
}
