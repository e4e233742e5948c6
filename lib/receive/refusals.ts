/** Type of the event that sums up refusals: only where it is named exactly, `*` does not stand for it. */
export const REFUSED_TYPE = 'webhook.refused';

/** What such an event is recognised by; its id makes it new. */
export function refusedKey(id: string): string {
	return `${REFUSED_TYPE}|${id}`;
}

/** Whether it is such an event, and none that a sender calls so. */
export function isRefusedEvent({
	type,
	dedupekey,
}: {
	readonly type?: unknown;
	readonly dedupekey?: unknown;
}): boolean {
	return type === REFUSED_TYPE && String(dedupekey).startsWith(refusedKey(''));
}

/** Named of those who send; of the others it is told how many there are. */
const MOST_NAMED = 5;

/** Anybody may send from as many addresses as they like. */
export const MOST_ADDRESSES = 1_000;

/** One delivery that was turned away. */
export interface Refusal {
	/** The word in the answer, such as `signature_mismatch`. */
	readonly reason: string;
	/** What to look at where the delivery is genuine. */
	readonly whatToDo: string;
	readonly address: string;
	readonly at: Date;
}

/** What was turned away in a time, for a person to read: nothing of a body or of a header is in it. */
export interface RefusalSummary {
	readonly refused: number;
	readonly reasons: ReadonlyArray<{
		readonly reason: string;
		readonly count: number;
		readonly whatToDo: string;
	}>;
	readonly firstAt: string;
	readonly lastAt: string;
	/** How many there were; 1000 stands for as many or more. */
	readonly sourceAddressCount: number;
	/** The most frequent ones, five at most. */
	readonly sourceAddresses: ReadonlyArray<{ readonly address: string; readonly count: number }>;
	/** Since the last summary. */
	readonly duplicates: number;
	/** Since the last summary. */
	readonly ignored: number;
}

/** Counts what was turned away, in bounded memory, until somebody takes the summary. */
export class RefusalTally {
	private readonly reasons = new Map<string, { count: number; whatToDo: string }>();

	private readonly addresses = new Map<string, number>();

	private first: Date | undefined;

	private last: Date | undefined;

	private duplicates = 0;

	private ignored = 0;

	refused({ reason, whatToDo, address, at }: Refusal): void {
		this.first ??= at;
		this.last = at;
		this.reasons.set(reason, { count: (this.reasons.get(reason)?.count ?? 0) + 1, whatToDo });
		this.from(address, 1);
	}

	/** What is no refusal, but may be what somebody misses. */
	passedOver(kind: 'duplicate' | 'ignored'): void {
		if (kind === 'duplicate') this.duplicates += 1;
		else this.ignored += 1;
	}

	/** Whether something was refused since the last summary. */
	get hasRefused(): boolean {
		return this.first !== undefined;
	}

	/** Gives what was counted, and begins anew; undefined where nothing was refused. */
	take(): RefusalSummary | undefined {
		return this.hasRefused ? summaryOf(this.takeCounts()) : undefined;
	}

	/** Gives all that was counted, and begins anew. */
	takeCounts(): RefusalCounts {
		const counts: RefusalCounts = {
			reasons: [...this.reasons].map(([reason, known]) => ({ reason, ...known })),
			addresses: [...this.addresses].map(([address, count]) => ({ address, count })),
			firstAt: this.first,
			lastAt: this.last,
			duplicates: this.duplicates,
			ignored: this.ignored,
		};
		this.reasons.clear();
		this.addresses.clear();
		this.first = undefined;
		this.last = undefined;
		this.duplicates = 0;
		this.ignored = 0;
		return counts;
	}

	/** Counts in what was taken before. */
	add({ reasons, addresses, firstAt, lastAt, duplicates, ignored }: RefusalCounts): void {
		for (const { reason, count, whatToDo } of reasons) {
			const known = this.reasons.get(reason)?.count ?? 0;
			this.reasons.set(reason, { count: known + count, whatToDo });
		}
		for (const { address, count } of addresses) this.from(address, count);
		if (firstAt !== undefined && !(this.first !== undefined && this.first < firstAt)) {
			this.first = firstAt;
		}
		if (lastAt !== undefined && !(this.last !== undefined && this.last > lastAt)) {
			this.last = lastAt;
		}
		this.duplicates += duplicates;
		this.ignored += ignored;
	}

	private from(address: string, count: number): void {
		const known = this.addresses.get(address);
		if (known === undefined && this.addresses.size >= MOST_ADDRESSES) return;
		this.addresses.set(address, (known ?? 0) + count);
	}
}

/** All that a tally counts, of one process or of several. */
export interface RefusalCounts {
	readonly reasons: ReadonlyArray<{
		readonly reason: string;
		readonly count: number;
		readonly whatToDo: string;
	}>;
	/** {@link MOST_ADDRESSES} at most. */
	readonly addresses: ReadonlyArray<{ readonly address: string; readonly count: number }>;
	/** Undefined where nothing was refused. */
	readonly firstAt: Date | undefined;
	readonly lastAt: Date | undefined;
	readonly duplicates: number;
	readonly ignored: number;
}

/** For a person to read; undefined where nothing was refused. */
export function summaryOf(counts: RefusalCounts): RefusalSummary | undefined {
	const { firstAt, lastAt, addresses, duplicates, ignored } = counts;
	if (firstAt === undefined || lastAt === undefined) return undefined;
	const mostFirst = (a: { readonly count: number }, b: { readonly count: number }) =>
		b.count - a.count;
	const reasons = [...counts.reasons].sort(mostFirst);
	return {
		refused: reasons.reduce((sum, { count }) => sum + count, 0),
		reasons: reasons.map(({ reason, count, whatToDo }) => ({ reason, count, whatToDo })),
		firstAt: firstAt.toISOString(),
		lastAt: lastAt.toISOString(),
		sourceAddressCount: addresses.length,
		sourceAddresses: [...addresses].sort(mostFirst).slice(0, MOST_NAMED),
		duplicates,
		ignored,
	};
}

/**
 * Lets a summary out at most once in a time: the first refusal after a quiet time at once, what comes
 * in the rest of the time at its end.
 */
export class RefusalReports {
	private readonly tally = new RefusalTally();

	private toldAt = Number.NEGATIVE_INFINITY;

	/** @param now milliseconds that only grow, for tests */
	constructor(private readonly now: () => number = () => performance.now()) {}

	refused(refusal: Refusal): void {
		this.tally.refused(refusal);
	}

	passedOver(kind: 'duplicate' | 'ignored'): void {
		this.tally.passedOver(kind);
	}

	/** All that was counted, for somebody else who tells it. */
	takeCounts(): RefusalCounts {
		return this.tally.takeCounts();
	}

	/** Counts in what could not be handed over. */
	add(counts: RefusalCounts): void {
		this.tally.add(counts);
	}

	/** Milliseconds until a summary may be taken; undefined where there is none. */
	dueIn(everyMs: number): number | undefined {
		if (!this.tally.hasRefused) return undefined;
		return Math.max(0, this.toldAt + everyMs - this.now());
	}

	/** The summary, where there is one and it is time. */
	take(everyMs: number): RefusalSummary | undefined {
		if (this.dueIn(everyMs) !== 0) return undefined;
		this.toldAt = this.now();
		return this.tally.take();
	}
}

/** In one line, as a log has it. */
export function refusalWords(summary: RefusalSummary): string {
	const { reasons, sourceAddresses, sourceAddressCount, duplicates, ignored } = summary;
	const counted = (what: string, count: number) => `${what} (${count})`;
	const what = reasons.map(({ reason, count }) => counted(reason, count)).join(', ');
	const others = sourceAddressCount - sourceAddresses.length;
	const from = [
		...sourceAddresses.map(({ address, count }) => counted(address, count)),
		...(others > 0 ? [`${others} more`] : []),
	].join(', ');
	const beside =
		duplicates + ignored > 0
			? ` In addition: duplicates (${duplicates}), ignored (${ignored}).`
			: '';
	const advice = reasons.map(({ reason, whatToDo }) => `${reason}: ${whatToDo}`).join('; ');
	return `Deliveries are refused: ${what}; from ${from}.${beside} If they are genuine: ${advice}.`;
}
