import type { N8nApi } from './store/n8nApi';
import { readHead, type ExecutionHead, listExecutions } from './store/executions';
import type { Gap, GapReason } from './storedEvent';

/** Ids that a gap names. */
const MOST_IDS = 10;

/** Different gaps; what is beyond goes to the gap of the same reason without a workflow. */
const MOST_GAPS = 1_000;

/** Puts together what cannot be given: one gap for each reason and workflow. */
export class GapTally {
	private readonly gaps = new Map<string, Gap>();

	add(found: Gap): void {
		const isFull = this.gaps.size >= MOST_GAPS;
		const about = isFull
			? gap(found.reason, { ...found, workflowId: undefined, workflowName: undefined })
			: found;
		const key = `${about.reason} ${about.workflowId ?? ''}`;
		const known = this.gaps.get(key);
		this.gaps.set(key, known === undefined ? about : joined(known, about));
	}

	all(): readonly Gap[] {
		return [...this.gaps.values()];
	}
}

function joined(known: Gap, found: Gap): Gap {
	const ids = [...(known.executionIds ?? []), ...(found.executionIds ?? [])];
	return {
		...known,
		...(known.workflowName === undefined && found.workflowName !== undefined
			? { workflowName: found.workflowName }
			: {}),
		...(known.count === undefined ? {} : { count: known.count + (found.count ?? 0) }),
		...(ids.length === 0 ? {} : { executionIds: ids.slice(0, MOST_IDS) }),
	};
}

/** What to change, and where; settings of n8n by their names. */
const HINTS: Readonly<Record<GapReason, string>> = {
	pruned:
		"n8n deletes old executions: keep them longer with EXECUTIONS_DATA_MAX_AGE (hours, 336 by default) and EXECUTIONS_DATA_PRUNE_MAX_COUNT (10000 by default), or turn off deletion with EXECUTIONS_DATA_PRUNE=false. They may also have been deleted manually, or belong to a project that the API key can't read.",
	not_saved:
		"The workflow settings don't save these executions. Set 'Save successful production executions' and 'Save failed production executions' to save in the workflow's settings (n8n's own default is EXECUTIONS_DATA_SAVE_ON_SUCCESS and EXECUTIONS_DATA_SAVE_ON_ERROR).",
	missing:
		"n8n used the IDs of these executions, but has nothing stored under them. They were not saved (EXECUTIONS_DATA_SAVE_ON_SUCCESS, EXECUTIONS_DATA_SAVE_ON_ERROR, or the settings of a workflow), were deleted, or belong to a project that the API key can't read. They may not have been events.",
	redacted:
		"n8n hides the data of these executions. Change 'Redact production execution data' in the workflow's settings, or ask an administrator to give the owner of the API key the right to reveal them (execution:reveal).",
	too_large:
		"These executions are larger than n8n displays. Turn on the option 'Read Large Executions', or raise EXECUTIONS_DATA_MAX_DISPLAY_SIZE (bytes).",
	no_access:
		"The workflow does not exist, or the owner of the API key can't read it. Share the workflow with them, or use the key of a user who can read it.",
	running: "These executions are still running. Try again later, or choose the status 'Running'.",
	unreadable:
		"n8n lists these executions but can't read their data, because they were not stored completely or are damaged. See the n8n log.",
	not_found:
		'No execution that the API key can read contains this event. The execution may have been deleted (EXECUTIONS_DATA_MAX_AGE, EXECUTIONS_DATA_PRUNE_MAX_COUNT), never saved, or excluded by the filters.',
	restart:
		"n8n was restarted during this time. While n8n starts, it answers deliveries itself, with 200 'n8n is starting up. Please wait' or with 404, and does not store them: run a catch-up workflow for this time. To prevent this, use a proxy that lets no request through until /healthz/readiness answers 200. 'evidence' shows how the restart was found: n8n_trigger is exact, process_start is this process, and in queue mode, crashed_execution can mean that only a worker restarted. A restart that left no trace in the executions is not listed.",
};

/** A gap with the hint of its reason. Fields that are undefined are left out. */
export function gap(reason: GapReason, about: Partial<Omit<Gap, 'reason'>>): Gap {
	const known = Object.entries(about).filter(([, value]) => value !== undefined);
	return { reason, hint: HINTS[reason], ...Object.fromEntries(known) };
}

/** Counts the ids that n8n has given out and shows nothing under. */
export class IdHoles {
	private seen = 0;

	private lowest = Number.POSITIVE_INFINITY;

	private highest = 0;

	/** @param newest later ids may belong to what has only just started */
	constructor(private readonly newest: number) {}

	/** Each id once. */
	see(id: number): void {
		if (id > this.newest) return;
		this.seen += 1;
		this.lowest = Math.min(this.lowest, id);
		this.highest = Math.max(this.highest, id);
	}

	gap(): Gap | undefined {
		const count = this.seen === 0 ? 0 : this.highest - this.lowest + 1 - this.seen;
		return count > 0 ? gap('missing', { count }) : undefined;
	}
}

/** The oldest execution of all that n8n would delete if it deleted any, where all are read. */
export class OldestSeen {
	private oldest: ExecutionHead | undefined;

	get head(): ExecutionHead | undefined {
		return this.oldest;
	}

	see(head: ExecutionHead | undefined): void {
		// Without an end it may be one that n8n calls running.
		if (head?.stoppedAt === undefined || KEPT_FOR_EVER.has(head.status)) return;
		if (this.oldest === undefined || Number(head.id) < Number(this.oldest.id)) this.oldest = head;
	}
}

/** n8n never deletes what waits, so that such executions say nothing of the others. */
const KEPT_FOR_EVER: ReadonlySet<string> = new Set(['waiting', 'new', 'running']);

/** Executions that wait for months are few. */
const LOOKED_AT = 20;

/**
 * Whether n8n has already deleted executions of the time that was asked for: they are the oldest.
 *
 * @param since undefined for all that ever was
 * @param oldest of all executions that n8n has, where it is known
 * @returns undefined where nothing is missing at the old end
 */
export async function prunedGap(
	api: N8nApi,
	since: Date | undefined,
	signal: AbortSignal | undefined,
	oldest?: ExecutionHead,
): Promise<Gap | undefined> {
	if (since !== undefined) {
		const older = { startedBefore: since };
		const { rows } = await listExecutions(api, older, { limit: LOOKED_AT, signal });
		if (rows.some(({ json }) => !KEPT_FOR_EVER.has(readHead(json)?.status ?? 'new')))
			return undefined;
	}
	const first = oldest ?? (await oldestKept(api, signal));
	if (first === undefined || first.id === '1') return undefined;
	const { startedAt } = first;
	if (since !== undefined && startedAt !== undefined && startedAt <= since) return undefined;
	return gap('pruned', { since, until: startedAt });
}

/** n8n lists the newest first: the oldest is found by halving the ids. */
async function oldestKept(
	api: N8nApi,
	signal: AbortSignal | undefined,
): Promise<ExecutionHead | undefined> {
	const newestBelow = async (below?: number) => {
		const { rows } = await listExecutions(api, {}, { below, limit: LOOKED_AT, signal });
		return rows
			.map(({ json }) => readHead(json))
			.filter((head) => head !== undefined && !KEPT_FOR_EVER.has(head.status))
			.at(-1);
	};
	let oldest = await newestBelow();
	let nothingBelow = 1;
	while (oldest !== undefined && Number(oldest.id) > nothingBelow) {
		const middle = Math.ceil((nothingBelow + Number(oldest.id)) / 2);
		const older = await newestBelow(middle);
		if (older === undefined) {
			if (middle >= Number(oldest.id)) break;
			nothingBelow = middle;
		} else oldest = older;
	}
	return oldest;
}
