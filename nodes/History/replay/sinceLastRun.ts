import { NodeOperationError, type IExecuteFunctions, type IDataObject } from 'n8n-workflow';
import { type HistoryFilters, type ReadOptions, isGiven } from '../../../lib/history/filters';
import type { N8nApi } from '../../../lib/history/store/n8nApi';
import type { HistoryEntry } from '../../../lib/history/storedEvent';
import type { ExecutionStanding } from '../../../lib/replay/admission';
import {
	Progress,
	type Position,
	readStoreEnd,
	eventsSince,
	readCheckpoint,
	type Checkpoint,
} from '../../../lib/replay/checkpoint';
import type { ReplayWatcher, RunEnd } from '../../../lib/replay/replayEvents';
import type { ReplayReason, ReplayResult } from '../../../lib/replay/replayTarget';
import type { ReplaySettings } from './settings';

/** A run that goes on where the last one ended. */
interface SinceLastRun {
	readonly entries: AsyncIterable<HistoryEntry>;
	readonly watcher: ReplayWatcher;
	/** @param end undefined where the run failed */
	save(end: RunEnd | undefined): void;
}

/** Failures that n8n's store shows, and what needs no second look. */
const FINAL: ReadonlySet<ReplayReason> = new Set([
	'already_replayed',
	'execution_failed',
	'loop',
	'own_workflow',
	'waiting',
]);

/**
 * Opens the stretch of the history since the last run of this node.
 *
 * The first run begins at the filter Since. Without it nothing is replayed: what came in before the
 * node began to look after the history is not its business.
 *
 * @throws {NodeOperationError} where the filters cannot be brought into the order of executions
 */
export async function openSinceLastRun(
	context: IExecuteFunctions,
	api: N8nApi,
	settings: ReplaySettings,
	filters: HistoryFilters,
	options: ReadOptions,
	statusOf: (executionId: string) => Promise<ExecutionStanding>,
): Promise<SinceLastRun> {
	if (filters.timeOf === 'event' && filters.until !== undefined) {
		throw new NodeOperationError(
			context.getNode(),
			"'Since Last Run' can't be combined with 'Until' if 'Filter Time By' is 'Event'",
			{ description: "Remove 'Until', or set 'Filter Time By' to 'Execution'." },
		);
	}
	const stored = new StoredCheckpoint(context);
	const from = (await stored.position(statusOf)) ?? beginning(filters);
	const now = new Date();
	const { until, workflowIds = [] } = filters;
	const [onlyWorkflow] = workflowIds.length === 1 ? workflowIds : [];
	const end = await readStoreEnd(api, onlyWorkflow, {
		waiting: isGiven(filters.statuses),
		before: until !== undefined && until < now ? until : now,
		upSince: options.upSince,
		signal: options.signal,
	});
	const start = from ?? { executionId: end.executionId, at: end.at, pending: [] };
	const progress = new Progress(start, end, end.open);
	return {
		entries:
			from === undefined
				? nothing()
				: eventsSince(api, { from, end: end.executionId }, filters, options, progress),
		watcher: follow(progress, settings.stopOnFirstFailure),
		save: (how) => {
			if (settings.dryRun || how === 'cancelled') return;
			const position = progress.position(how === 'complete');
			if (settings.target !== 'thisWorkflow' || from === undefined) return stored.save(position);
			// Where the run failed, no event has left the node.
			if (how !== undefined) stored.saveForSuccess(from, position);
		},
	};
}

async function* nothing(): AsyncGenerator<HistoryEntry, void, undefined> {}

function beginning({ since, timeOf }: HistoryFilters): Position | undefined {
	if (since === undefined) return undefined;
	const at = timeOf === 'event' ? new Date(0) : since;
	return { executionId: 0, at: at.toISOString(), pending: [] };
}

function follow(progress: Progress, stops: boolean): ReplayWatcher {
	return {
		taken: ({ executionId, startedAt }) => progress.taken(Number(executionId), startedAt),
		ended: ({ executionId }, result) =>
			progress.ended(Number(executionId), isSettled(result) && !(stops && isFailed(result))),
		stoppedAt: ({ executionId }) => progress.stoppedAt(Number(executionId)),
	};
}

function isFailed({ outcome }: ReplayResult): boolean {
	return outcome === 'failed';
}

/** What could not be begun, or may fail elsewhere, is looked at again by the next run. */
function isSettled({ reason }: ReplayResult): boolean {
	return reason === undefined || FINAL.has(reason);
}

/** Field of the node's static data. n8n saves them when an execution of a published workflow ends. */
const FIELD = 'replay';

/** Where the last run of this node ended. */
class StoredCheckpoint {
	private readonly kept: Checkpoint;

	constructor(private readonly context: IExecuteFunctions) {
		this.kept = readCheckpoint(context.getWorkflowStaticData('node')[FIELD]);
	}

	/**
	 * @param statusOf how the execution stands into whose workflow the last events went
	 * @returns undefined before the first run
	 */
	async position(
		statusOf: (executionId: string) => Promise<ExecutionStanding>,
	): Promise<Position | undefined> {
		const { position, next } = this.kept;
		if (next === undefined) return position;
		const standing = await statusOf(next.executionId);
		return standing === 'succeeded' || standing === 'gone' ? next.position : position;
	}

	save(position: Position): void {
		this.write({ position });
	}

	/** The position counts once this execution has succeeded. */
	saveForSuccess(from: Position | undefined, position: Position): void {
		const next = { position, executionId: this.context.getExecutionId() };
		this.write(from === undefined ? { next } : { position: from, next });
	}

	private write(checkpoint: Checkpoint): void {
		this.context.getWorkflowStaticData('node')[FIELD] = structuredClone(checkpoint) as IDataObject;
	}
}
