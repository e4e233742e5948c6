import { asFailure, RealtimeFailure } from '../net/failure';
import type { PartlyCaughtUp } from '../realtime/source';
import { TokenRefusal, type NotifierPage, type NotifierRecord } from './notifierApi';

/** Reads one page of records, the first is 1; see `readNotifications`. */
export type ReadPage = (number: number, since: string | undefined) => Promise<NotifierPage>;

/** A day of a busy shop; what is missing beyond it is said. */
const MOST_PAGES = 100;

/** The server filters by the time at which it received a notification, which is not in order of ids. */
const LEEWAY_MS = 10 * 60_000;

/** What one token shows: the records of its user. */
export interface NotifierUser {
	/** The user's number, where the server tells it; asked until it does. */
	readonly readUser: () => Promise<string | undefined>;
	readonly readPage: ReadPage;
}

/** What a catch-up has made up for. */
interface MadeUpFor {
	/** Records handed over. */
	readonly notifications: number;
	/** Numbers of the users whose records could be read. */
	readonly users: readonly string[];
	/** Places of the tokens that were refused, with why; 1 is the first. */
	readonly refused: ReadonlyArray<{ readonly place: number; readonly failure: TokenRefusal }>;
	/** Whether every list was read to its end. */
	readonly isToTheEnd: boolean;
}

/**
 * Makes up for notifications that were missed while nobody listened: Reverb keeps no history, but
 * the server of Yape Notifier keeps every record. It shows a token's user nothing but the user's own,
 * so each token is asked, and what users without a token sent stays lost.
 */
export class NotifierCatchUp {
	/** Newest record when listening began, where nothing was handed over yet. */
	private baseline: number | undefined;

	/** Users by the place of their token. */
	private readonly userAt = new Map<number, string>();

	/**
	 * Hands over the records after the cursor, in the order of their ids. The first time, without a
	 * cursor, nothing was missed: from then on counts what comes.
	 *
	 * @param users one for each token
	 * @throws {RealtimeFailure} what `readPage` throws, but a refusal only where no token is taken
	 */
	async run(
		users: readonly NotifierUser[],
		cursor: string | undefined,
		hand: (record: NotifierRecord) => void,
	): Promise<MadeUpFor> {
		const from = readCursor(cursor);
		const isFirst = from === undefined && this.baseline === undefined;
		const read = isFirst
			? async ({ readPage }: NotifierUser) => ({
					records: (await readPage(1, undefined)).records,
					isToTheEnd: true,
				})
			: async ({ readPage }: NotifierUser) => await readAll(readPage, from?.since);
		const { lists, refused, known } = await this.askEach(users, read);
		const records = new Map(lists.flatMap((list) => list.records).map((one) => [one.id, one]));
		const after = isFirst ? Infinity : (from?.id ?? this.baseline ?? 0);
		if (isFirst) this.baseline = Math.max(0, ...records.keys());
		const missed = [...records.values()].filter(({ id }) => id > after);
		for (const record of missed.sort((a, b) => a.id - b.id)) hand(record);
		return {
			notifications: missed.length,
			users: [...new Set([...known, ...[...records.values()].flatMap(userOf)])].sort(byNumber),
			refused,
			isToTheEnd: lists.every((list) => list.isToTheEnd),
		};
	}

	private async askEach<List>(
		users: readonly NotifierUser[],
		read: (user: NotifierUser) => Promise<List>,
	) {
		const lists: List[] = [];
		const known: string[] = [];
		const refused: Array<{ place: number; failure: TokenRefusal }> = [];
		for (const [index, user] of users.entries()) {
			try {
				const number = this.userAt.get(index) ?? (await user.readUser());
				if (number !== undefined) this.userAt.set(index, number);
				lists.push(await read(user));
				if (number !== undefined) known.push(number);
			} catch (error) {
				if (!(error instanceof TokenRefusal)) throw asFailure(error);
				refused.push({ place: index + 1, failure: error });
			}
		}
		const [first] = refused;
		if (first !== undefined && lists.length === 0) throw first.failure;
		return { lists, known, refused };
	}
}

/** The user whose phone sent a record; none where it does not say. */
export function userOf({ value }: Pick<NotifierRecord, 'value'>): string[] {
	const { user_id: user } = value;
	return typeof user === 'number' || typeof user === 'string' ? [String(user)] : [];
}

/** In the order of numbers, whatever they look like. */
function byNumber(a: string, b: string): number {
	return a.localeCompare(b, 'en', { numeric: true });
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
): Promise<{ records: NotifierRecord[]; isToTheEnd: boolean }> {
	const found = new Map<number, NotifierRecord>();
	for (let number = 1; number <= MOST_PAGES; number += 1) {
		const { records, lastPage } = await readPage(number, since);
		for (const record of records) found.set(record.id, record);
		if (records.length === 0 || number >= lastPage) {
			return { records: [...found.values()], isToTheEnd: true };
		}
	}
	if (found.size === 0) throw new RealtimeFailure('The list of notifications has no end');
	return { records: [...found.values()], isToTheEnd: false };
}

/**
 * Tells whose notifications a catch-up has made up for, and whose are lost. It is never all: the
 * server lists nobody but the tokens' users, and does not tell who else belongs to the shop.
 *
 * @param heard users whose notifications were broadcast so far
 * @param tokens how many there are
 */
export function partlyCaughtUp(
	{ notifications, users, refused, isToTheEnd }: MadeUpFor,
	heard: ReadonlySet<string>,
	tokens: number,
): PartlyCaughtUp {
	const missing = [...heard].filter((user) => !users.includes(user)).sort(byNumber);
	const sentences = [
		`${notifications} ${notifications === 1 ? 'notification' : 'notifications'}${users.length === 0 ? '' : ` of ${named(users)}`} came back from the server's list`,
		missing.length === 0
			? "notifications from phones of other users in the meantime are lost, because the server only lists those of the token's own user"
			: `notifications from phones of ${named(missing)} in the meantime are lost, because 'Token' of the credential 'Yape Notifier API' contains no token for them. Add one for each`,
	];
	const more = [
		...refused.map(
			({ place, failure }) =>
				`Token ${place} of ${tokens} in 'Token' of the credential 'Yape Notifier API' was refused, so the notifications of its user are lost too. ${failure.message}.`,
		),
		...(isToTheEnd ? [] : ['The list was too long to read to its end.']),
	];
	return {
		summary: [`${sentences.join('; ')}.`, ...more].join(' '),
		details: { madeUpFor: { notifications, users }, usersMissing: missing },
	};
}

function named(users: readonly string[]): string {
	const [last = '', ...others] = [...users].reverse();
	return others.length === 0 ? `user ${last}` : `users ${others.reverse().join(', ')} and ${last}`;
}
