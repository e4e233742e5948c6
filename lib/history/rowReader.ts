import type { N8nApi } from './store/n8nApi';
import { eventsIn, eventsOf } from './executionEvents';
import {
	readHead,
	type ExecutionHead,
	failureOf,
	unlessInterrupted,
	type Failure,
	type ExecutionDigest,
} from './store/executions';
import { type HistoryFilters, type ReadOptions, eventFilter, isGiven } from './filters';
import { type GapTally, gap } from './gaps';
import { fieldOf, isObject } from '../event/json';
import { identityOf, isSettled } from './memory/executionIdentity';
import { recalledEvents, type Listed, type Recalled } from './memory/rememberedExecutions';
import { fetchExecution, Retries, withOutcome, type RetryOutcome } from './readExecution';
import type { Gap, StoredEnvelope, StoredEvent } from './storedEvent';

/** Characters of an execution as n8n stores it; as the API gives it, it is several times as long. */
const LARGEST_STORED = 64 * 1024 * 1024;

/** Finds in executions the events that were asked for, and counts what cannot be known. */
export class RowReader {
	readonly retries = new Retries();

	private readonly fits: (event: StoredEnvelope) => boolean;

	constructor(
		private readonly api: N8nApi,
		private readonly filters: HistoryFilters,
		private readonly options: ReadOptions,
		private readonly tally: GapTally,
	) {
		this.fits = eventFilter(filters);
	}

	/** Notes an execution of which only the head is read yet. */
	foresee(head: ExecutionHead): void {
		if (head.retryOf !== undefined) this.retries.note(head);
	}

	/** What is needed of an execution, so that it can be forgotten before it is its turn. */
	toDigest(id: number, json: unknown): ExecutionDigest {
		const known = readHead(json);
		if (known === undefined || !isObject(json)) return { id };
		const head = unlessInterrupted(known, this.options.upSince);
		const isKept = this.options.memory !== undefined && isSettled(head, json, Date.now());
		if (!isKept && !this.isLookedAt(head) && !this.mayBeBroughtBack(head)) return { id, head };
		const found = eventsIn(head, json, this.options);
		const failure = head.mode === 'retry' ? failureOf(json.data) : undefined;
		const storedBytes = Number(json.jsonSizeBytes);
		if (isKept) this.remember({ id, identity: identityOf(json) }, found, failure, storedBytes);
		return this.isLookedAt(head)
			? { id, head, found, ...(failure === undefined ? {} : { failure }), storedBytes }
			: { id, head, ...this.broughtBack(head, found) };
	}

	/** The same of an execution that n8n lists, from what is remembered of it. */
	fromMemory(id: number, head: ExecutionHead, recalled: Recalled): ExecutionDigest {
		const { failure, tooLarge } = recalled;
		const found = tooLarge?.gap ?? recalledEvents(recalled, head);
		return this.isLookedAt(head)
			? {
					id,
					head,
					found,
					...(failure === undefined ? {} : { failure }),
					storedBytes: tooLarge?.storedBytes,
				}
			: { id, head, ...this.broughtBack(head, found) };
	}

	private remember(
		listed: Listed,
		found: StoredEvent[] | Gap,
		failure: Failure | undefined,
		storedBytes: number,
	): void {
		if (Array.isArray(found)) this.options.memory?.add(listed, { events: found, failure });
		else if (found.reason === 'too_large' && storedBytes > 0) {
			const tooLarge = { gap: found, storedBytes };
			this.options.memory?.add(listed, { events: [], failure, tooLarge });
		}
	}

	read(row: ExecutionDigest): readonly StoredEvent[] | Promise<readonly StoredEvent[]> {
		const { head, found } = row;
		if (head === undefined || row.lost !== undefined) return this.lost(row, head);
		const isRetry = head.mode === 'retry';
		const outcome = isRetry ? undefined : this.retries.settle(head);
		if (found === undefined) return [];
		if (isRetry) return this.noteRetry(row, head);
		if (!this.isStatus(outcome?.status ?? head.status)) return [];
		if (Array.isArray(found)) {
			const events = found.filter(({ event }) => this.isWanted(event));
			return outcome === undefined || events.length === 0
				? this.unlessRunning(events)
				: this.retried(events, outcome);
		}
		if (found.reason === 'too_large' && this.isWorthReading(row)) {
			return this.readLarge(head, outcome);
		}
		this.tally.add(found);
		return [];
	}

	/** Events of an execution that was met in another way. */
	select(events: readonly StoredEvent[]): readonly StoredEvent[] {
		return events.filter(({ event, status }) => this.isStatus(status) && this.isWanted(event));
	}

	private isLookedAt(head: ExecutionHead): boolean {
		const { includeTestRuns, replays = 'exclude' } = this.options;
		const { mode } = head;
		if (!this.isChosen(head)) return false;
		if (mode === 'manual' || mode === 'evaluation') return includeTestRuns === true;
		return mode !== 'integrated' || replays !== 'exclude';
	}

	private isChosen({ id, workflowId }: ExecutionHead): boolean {
		const { workflowIds } = this.filters;
		if (id === this.options.ownExecutionId) return false;
		return !isGiven(workflowIds) || workflowIds.includes(workflowId);
	}

	/** Where replays are left out: Recover ran it in place of an execution that n8n had emptied. */
	private broughtBack(
		head: ExecutionHead,
		found: StoredEvent[] | Gap,
	): Pick<ExecutionDigest, 'found'> {
		if (!this.mayBeBroughtBack(head) || !Array.isArray(found)) return {};
		const events = found.filter(({ event }) => event.recoveryof !== undefined);
		return events.length === 0 ? {} : { found: events };
	}

	private mayBeBroughtBack(head: ExecutionHead): boolean {
		return head.mode === 'integrated' && this.isChosen(head);
	}

	private isStatus(status: StoredEvent['status']): boolean {
		const { statuses } = this.filters;
		return !isGiven(statuses) || statuses.includes(status);
	}

	private isWanted(event: StoredEnvelope): boolean {
		const { replays = 'exclude' } = this.options;
		const isReplay = event.replayof !== undefined;
		if (replays !== 'include' && isReplay !== (replays === 'only')) return false;
		return this.fits(event);
	}

	private noteRetry(
		{ found = [], failure }: ExecutionDigest,
		head: ExecutionHead,
	): readonly StoredEvent[] {
		const isEvent = !Array.isArray(found) || found.length > 0;
		if (isEvent && this.options.order !== 'oldest') this.retries.note(head, failure);
		return [];
	}

	private unlessRunning(events: readonly StoredEvent[]): readonly StoredEvent[] {
		const [first] = events;
		if (first?.status !== 'running' || isGiven(this.filters.statuses)) return events;
		const { executionId, workflowId, workflowName } = first;
		this.tally.add(
			gap('running', { count: 1, executionIds: [executionId], workflowId, workflowName }),
		);
		return [];
	}

	private async retried(
		events: readonly StoredEvent[],
		outcome: RetryOutcome,
	): Promise<readonly StoredEvent[]> {
		const isTold = outcome.status === 'success' || outcome.error !== undefined;
		const retry = isTold
			? undefined
			: await fetchExecution(this.api, outcome.retriedBy, this.options);
		const failure =
			retry === undefined || 'reason' in retry ? {} : failureOf(fieldOf(retry.json, 'data'));
		return events.map((event) => withOutcome(event, { ...outcome, ...failure }));
	}

	private isWorthReading({ storedBytes = Infinity }: ExecutionDigest): boolean {
		return this.options.readLarge === true && storedBytes <= LARGEST_STORED;
	}

	private async readLarge(
		{ id, workflowId }: ExecutionHead,
		outcome: RetryOutcome | undefined,
	): Promise<readonly StoredEvent[]> {
		const execution = await fetchExecution(this.api, id, this.options);
		const found = 'reason' in execution ? execution : eventsOf(execution.json, this.options);
		if (!Array.isArray(found)) {
			this.tally.add({ ...found, workflowId });
			return [];
		}
		const events = found.filter(({ event }) => this.isWanted(event));
		return this.unlessRunning(events.map((event) => withOutcome(event, outcome)));
	}

	private lost(row: ExecutionDigest, head: ExecutionHead | undefined): readonly StoredEvent[] {
		if (head !== undefined && (!this.isLookedAt(head) || !this.isStatus(head.status))) return [];
		this.tally.add(
			gap(row.lost ?? 'unreadable', {
				count: 1,
				executionIds: [String(row.id)],
				workflowId: head?.workflowId,
			}),
		);
		return [];
	}
}
