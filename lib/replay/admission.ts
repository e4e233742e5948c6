import type { ReadOptions } from '../history/filters';
import { N8nApiError, type N8nApi } from '../history/store/n8nApi';
import { readHead, withScope, unlessInterrupted } from '../history/store/executions';
import type { StoredEvent } from '../history/storedEvent';
import {
	eventKey,
	isRefusal,
	type ReplayReason,
	type EarlierReplays,
	type ReplayTarget,
	type ReplayWay,
} from './replayTarget';

/** Whether an event is replayed now. */
export type Admission =
	| { readonly admitted: true; readonly way: ReplayWay; readonly claim?: ReplayClaim }
	| {
			readonly admitted: false;
			readonly outcome: 'failed' | 'skipped';
			readonly reason: ReplayReason;
			readonly error?: string;
			readonly way?: ReplayWay;
			readonly replayExecutionId?: string;
	  };

export interface AdmissionOptions {
	/** Leave out what was replayed with success or is under way. */
	readonly skipReplayed: boolean;
	/** Nothing is claimed. */
	readonly dryRun: boolean;
	/**
	 * Since when replays matter, where the events do not come in the order in which they were received:
	 * there, it is the start of the first one. Undefined: all matter.
	 */
	readonly since?: Date;
	readonly oldestFirst: boolean;
	readonly statusOf: (executionId: string) => Promise<ExecutionStanding>;
}

/** Refusals that are as they should be, not faults. */
const EXPECTED: ReadonlySet<ReplayReason> = new Set(['own_workflow', 'loop']);

/** Decides, one event after the other, which are replayed. */
export class AdmissionDesk {
	private readonly earlier = new Map<string, EarlierReplays>();

	/** Those that a dry run would have replayed. */
	private readonly wouldReplay = new Set<string>();

	constructor(
		private readonly target: ReplayTarget,
		private readonly claims: ReplayClaimStore,
		private readonly options: AdmissionOptions,
	) {}

	async decide(stored: StoredEvent): Promise<Admission> {
		const way = await this.target.wayOf(stored);
		if (isRefusal(way)) {
			const isFault = !EXPECTED.has(way.refused) && !this.options.dryRun;
			const outcome = isFault ? 'failed' : 'skipped';
			return { admitted: false, outcome, reason: way.refused, error: way.message };
		}
		if (!this.options.skipReplayed) return { admitted: true, way };
		const earlier = await this.earlierReplays(way, stored);
		const event = eventKey(stored.event);
		const succeeded = earlier.succeeded.get(event);
		if (succeeded !== undefined) return skipped(way, 'already_replayed', succeeded);
		const open = earlier.open.get(event);
		if (open !== undefined) return skipped(way, 'in_progress', open);
		return await this.claim(way, JSON.stringify([way.targetKey, event]));
	}

	private async claim(way: ReplayWay, key: string): Promise<Admission> {
		if (this.options.dryRun) return await this.look(way, key);
		const answer = await this.claims.take(key);
		if (answer.state === 'claimed') return { admitted: true, way, claim: answer.claim };
		if (answer.state === 'busy') return skipped(way, 'in_progress');
		if (answer.state === 'done') return skipped(way, 'already_replayed', answer.executionId);
		const { executionId } = answer;
		const status = await this.options.statusOf(executionId);
		if (status === 'open') return skipped(way, 'in_progress', executionId);
		// What is gone is taken for a success: n8n keeps failures by default, and successes often not.
		if (status !== 'failed') return skipped(way, 'already_replayed', executionId);
		const claim = await answer.takeOver();
		return claim === undefined ? skipped(way, 'in_progress') : { admitted: true, way, claim };
	}

	private async look(way: ReplayWay, key: string): Promise<Admission> {
		const state = await this.claims.peek(key);
		if (state === 'busy') return skipped(way, 'in_progress');
		if (state === 'done') return skipped(way, 'already_replayed');
		if (this.wouldReplay.has(key)) return skipped(way, 'already_replayed');
		this.wouldReplay.add(key);
		return { admitted: true, way };
	}

	private async earlierReplays(way: ReplayWay, { startedAt }: StoredEvent) {
		const known = this.earlier.get(way.targetKey);
		if (known !== undefined) return known;
		const { oldestFirst, since } = this.options;
		const found = await way.earlier(oldestFirst ? startedAt : since);
		this.earlier.set(way.targetKey, found);
		return found;
	}
}

function skipped(way: ReplayWay, reason: ReplayReason, executionId?: string): Admission {
	return {
		admitted: false,
		outcome: 'skipped',
		reason,
		way,
		...(executionId === undefined ? {} : { replayExecutionId: executionId }),
	};
}

/** The right to replay an event to a target. The first call counts. */
export interface ReplayClaim {
	/** It was replayed with success. */
	done(executionId?: string): void | Promise<void>;
	/** It was handed over, and that execution shows how it ends. */
	seeExecution(executionId: string): void | Promise<void>;
	/** It was not replayed, or failed: the next may try. */
	release(): void | Promise<void>;
}

/** Who replays what: in the memory of one process, or over several. */
export interface ReplayClaimStore {
	/** @throws where the store cannot be reached: then nothing was claimed */
	take(key: string): ClaimAnswer | Promise<ClaimAnswer>;
	/** What is known of a key, without claiming it. */
	peek(key: string): KnownState | Promise<KnownState>;
}

type KnownState = Exclude<ClaimAnswer['state'], 'claimed'> | undefined;

/** `see`: that execution tells; where it failed, `takeOver` gives the claim to one asker. */
type ClaimAnswer =
	| { readonly state: 'claimed'; readonly claim: ReplayClaim }
	| { readonly state: 'busy' }
	| { readonly state: 'done'; readonly executionId?: string }
	| {
			readonly state: 'see';
			readonly executionId: string;
			takeOver(): ReplayClaim | undefined | Promise<ReplayClaim | undefined>;
	  };

type Entry =
	| { readonly state: 'busy' }
	| { readonly state: 'done'; readonly executionId?: string }
	| { readonly state: 'see'; readonly executionId: string };

/**
 * Who replays what, in one n8n process: runs that overlap replay nothing twice, also before n8n's
 * store shows what the other did, and where the workflow's settings keep it from being stored.
 */
export class ReplayClaims {
	private readonly entries = new Map<string, Entry>();

	/** @param capacity outcomes that are remembered at most; the oldest give way */
	constructor(private readonly capacity: number) {}

	/** Atomic: between reading and writing an entry nothing else runs. */
	take(key: string): ClaimAnswer {
		const entry = this.entries.get(key);
		if (entry === undefined) return { state: 'claimed', claim: this.hold(key) };
		if (entry.state !== 'see') return entry;
		const takeOver = () => (this.entries.get(key) === entry ? this.hold(key) : undefined);
		return { ...entry, takeOver };
	}

	/** What is known of a key, without claiming it. */
	peek(key: string): Exclude<ClaimAnswer['state'], 'claimed'> | undefined {
		return this.entries.get(key)?.state;
	}

	get size(): number {
		return this.entries.size;
	}

	private hold(key: string): ReplayClaim {
		const held: Entry = { state: 'busy' };
		this.put(key, held);
		const settle = (entry: Entry | undefined) => {
			if (this.entries.get(key) !== held) return;
			if (entry === undefined) this.entries.delete(key);
			else this.put(key, entry);
		};
		return {
			done: (executionId) => settle({ state: 'done', executionId }),
			seeExecution: (executionId) => settle({ state: 'see', executionId }),
			release: () => settle(undefined),
		};
	}

	private put(key: string, entry: Entry): void {
		this.entries.delete(key);
		this.entries.set(key, entry);
		if (this.entries.size <= this.capacity) return;
		// A Map keeps the order of insertion: the first that is settled is the oldest one.
		for (const [oldest, { state }] of this.entries) {
			if (state === 'busy') continue;
			this.entries.delete(oldest);
			return;
		}
	}
}

/** `open`: it has not ended. `gone`: the store has it no more, or the key may not read it. */
export type ExecutionStanding = 'open' | 'succeeded' | 'failed' | 'gone';

/**
 * How an execution stands now. One that failed and that n8n retried with success succeeded.
 *
 * @throws {N8nApiError}
 */
export async function readStanding(
	api: N8nApi,
	executionId: string,
	{ signal, upSince }: Pick<ReadOptions, 'signal' | 'upSince'> = {},
): Promise<ExecutionStanding> {
	try {
		const json = await api.call({
			method: 'GET',
			path: `/executions/${encodeURIComponent(executionId)}`,
			query: { includeData: false },
			what: `read execution ${executionId}`,
			signal,
		});
		const known = readHead(json);
		if (known === undefined) return 'gone';
		const head = unlessInterrupted(known, upSince);
		if (head.status === 'success' || head.retrySuccessId !== undefined) return 'succeeded';
		return ['running', 'new', 'waiting'].includes(head.status) ? 'open' : 'failed';
	} catch (error) {
		if (error instanceof N8nApiError && error.status === 404) return 'gone';
		return withScope('execution:read')(error);
	}
}
