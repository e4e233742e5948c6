import { InFlight } from '../flow/places';
import type { Pace } from '../flow/rates';
import type { StoredEvent } from '../history/storedEvent';
import type { Admission, AdmissionDesk, ReplayClaim } from './admission';
import {
	reportedEvent,
	type ReplayResult,
	type Ran,
	type ReplayWay,
	eventKey,
} from './replayTarget';

export interface ReplayRunOptions {
	/** Replays at a time; 1 keeps the order of events. */
	readonly concurrency: number;
	/** Events that are replayed at most; those that are left out do not count. */
	readonly maximum: number;
	readonly dryRun: boolean;
	readonly stopOnFirstFailure: boolean;
	readonly signal?: AbortSignal;
	/** Milliseconds, for tests. */
	readonly now?: () => number;
}

/** Why a run ended. */
export type RunEnd = 'complete' | 'maximum' | 'failure' | 'cancelled';

/** Told of every event, in the order in which they end. */
export interface ReplayWatcher {
	/** An event was taken up. */
	taken(stored: StoredEvent): void;
	/** Its replay is at its end, or it was left out. `index` counts events as they were taken up. */
	ended(stored: StoredEvent, result: ReplayResult, index: number): void;
	/** The run ended before this event, although there are more. */
	stoppedAt(stored: StoredEvent): void;
}

/**
 * Replays events one after the other, or several at a time.
 *
 * With a concurrency of 1 each replay begins after the one before it ended. When it is cancelled,
 * nothing more is begun, and what is under way is not waited for.
 */
export async function replayEvents(
	events: AsyncIterable<StoredEvent>,
	desk: AdmissionDesk,
	pace: Pace,
	watcher: ReplayWatcher,
	options: ReplayRunOptions,
): Promise<RunEnd> {
	const { concurrency, maximum, dryRun, stopOnFirstFailure, signal } = options;
	const places = new InFlight(concurrency, signal);
	let end: RunEnd = 'complete';
	let tried = 0;
	let taken = 0;
	const report = (stored: StoredEvent, result: ReplayResult, index: number) => {
		if (stopOnFirstFailure && result.outcome === 'failed' && end === 'complete') end = 'failure';
		watcher.ended(stored, result, index);
	};
	try {
		for await (const stored of events) {
			if (signal?.aborted === true) end = 'cancelled';
			else if (end === 'complete' && tried >= maximum) end = 'maximum';
			if (end !== 'complete') {
				watcher.stoppedAt(stored);
				break;
			}
			watcher.taken(stored);
			const index = taken++;
			const admission = await desk.decide(stored);
			if (admission.admitted) tried += 1;
			if (!admission.admitted || dryRun) {
				report(stored, untried(stored, admission), index);
				continue;
			}
			await places.take(async () => {
				await pace.next(signal);
				const result = await perform(stored, admission, options);
				if (result !== undefined) report(stored, result, index);
			});
		}
	} finally {
		await places.allFree();
	}
	return signal?.aborted === true ? 'cancelled' : end;
}

/** @returns undefined where it was not begun, because the run was cancelled */
async function perform(
	stored: StoredEvent,
	{ way, claim }: Extract<Admission, { admitted: true }>,
	{ signal, now = () => performance.now() }: ReplayRunOptions,
): Promise<ReplayResult | undefined> {
	if (signal?.aborted === true) {
		claim?.release();
		return undefined;
	}
	const startedAt = now();
	let ran: Ran | undefined;
	try {
		ran = await way.run();
	} finally {
		settle(claim, ran);
	}
	const { outcome, reason, replayExecutionId, error } = ran;
	return {
		...about(stored, way),
		outcome,
		...defined({ reason, replayExecutionId, error }),
		durationMs: Math.round(now() - startedAt),
	};
}

/** @param ran undefined where nobody knows: then it may be tried again */
function settle(claim: ReplayClaim | undefined, ran: Ran | undefined): void {
	if (ran?.outcome === 'replayed') claim?.done(ran.replayExecutionId);
	else if (ran?.outcome === 'started' && ran.replayExecutionId !== undefined) {
		claim?.seeExecution(ran.replayExecutionId);
	} else claim?.release();
}

function untried(stored: StoredEvent, admission: Admission): ReplayResult {
	if (admission.admitted) return { ...about(stored, admission.way), outcome: 'wouldReplay' };
	const { outcome, reason, error, way, replayExecutionId } = admission;
	return {
		...about(stored, way),
		outcome,
		reason,
		...defined({ replayExecutionId, error }),
	};
}

function about(stored: StoredEvent, way: ReplayWay | undefined) {
	const { workflowId, workflowName } = way ?? stored;
	return {
		event: reportedEvent(stored),
		executionId: stored.executionId,
		...defined({ workflowId, workflowName, url: way?.url }),
	};
}

/** The same object without fields that are undefined: JSON and outputs shall not show them. */
function defined<T extends object>(fields: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
	const kept: { [Name in keyof T]?: Exclude<T[Name], undefined> } = {};
	for (const name in fields) {
		const value = fields[name];
		if (value !== undefined) kept[name] = value as Exclude<T[typeof name], undefined>;
	}
	return kept;
}

/**
 * The same values, read while those before them are worked on: a page that is asked for only when it
 * is needed would leave nothing to do until it has come.
 *
 * @param most values that are held
 * @throws what reading threw, after the values that came before
 */
export async function* readAhead<T extends object>(
	source: AsyncIterable<T>,
	most: number,
): AsyncGenerator<T, void, undefined> {
	const reader = new Reader(source[Symbol.asyncIterator](), most);
	try {
		for (;;) {
			const next = await reader.next();
			if (next.done === true) return;
			yield next.value;
		}
	} finally {
		await reader.end();
	}
}

class Reader<T extends object> {
	private readonly held: T[] = [];

	private isOver = false;

	private failure: { readonly error: unknown } | undefined;

	/** Ends when one more value has come; undefined while there is no room for it. */
	private reading: Promise<void> | undefined;

	constructor(
		private readonly iterator: AsyncIterator<T>,
		private readonly most: number,
	) {}

	async next(): Promise<IteratorResult<T, undefined>> {
		this.read();
		if (this.held.length === 0) await this.reading;
		const [value] = this.held.splice(0, 1);
		if (value !== undefined) return { value };
		if (this.failure !== undefined) throw this.failure.error;
		return { value: undefined, done: true };
	}

	/** Reads nothing more, and waits for what is being read. */
	async end(): Promise<void> {
		this.isOver = true;
		await this.reading;
		await this.iterator.return?.();
	}

	private read(): void {
		if (this.isOver || this.reading !== undefined || this.held.length >= this.most) return;
		this.reading = this.take().then(() => {
			this.reading = undefined;
			this.read();
		});
	}

	/** Never throws: nobody may be waiting. */
	private async take(): Promise<void> {
		try {
			const { value, done } = await this.iterator.next();
			if (done === true) this.isOver = true;
			else this.held.push(value);
		} catch (error) {
			this.failure = { error };
			this.isOver = true;
		}
	}
}

/** About 40 MB; whoever has more has to choose fewer. */
const MOST_EVENTS = 250_000;

/** More different events failed than can be held. */
class TooManyFailuresError extends Error {
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
