import { readHead } from '../history/store/executionHead';
import { unlessInterrupted } from '../history/store/interrupted';
import { everyExecution } from '../history/store/executionList';
import type { N8nApi } from '../history/store/api';
import { readSettledEnd } from './settledEnd';

/** How far the store can be read now. */
export interface StoreEnd {
	/** The newest execution that every other one with a smaller id is known beside; 0: there is none. */
	readonly executionId: number;
	readonly at: string;
	/** Executions up to it that have not ended. */
	readonly open: ReadonlySet<number>;
}

/** More do not run at the same time; a list that never ends must not hold a node for ever. */
const MOST_OPEN = 10_000;

export interface StoreEndOptions {
	/** Whether what waits counts as open: where the outcome matters. */
	readonly waiting: boolean;
	/** Executions that started later are left to the next run. */
	readonly before: Date;
	/** What runs since before it was interrupted: it is not open. */
	readonly upSince?: Date;
	readonly signal?: AbortSignal;
}

/**
 * Looks how far events can be read without missing one.
 *
 * The end is read before what is open, and both before the events: an execution up to the end is
 * then either open here or ended there. An execution goes from `new` to `running` and may go to and
 * fro between `running` and `waiting`: in this order none slips through.
 */
export async function readStoreEnd(
	api: N8nApi,
	workflowId: string | undefined,
	{ waiting, before, upSince, signal }: StoreEndOptions,
): Promise<StoreEnd> {
	const { executionId, at } = await readSettledEnd(api, {}, before, signal);
	const below = executionId + 1;
	const open = new Set<number>();
	const statuses = waiting ? ['new', 'running', 'waiting', 'running'] : ['new', 'running'];
	for (const status of statuses) {
		const query = { status, ...(workflowId === undefined ? {} : { workflowId }) };
		for await (const { id, json } of everyExecution(api, query, { below, signal })) {
			if (open.size >= MOST_OPEN) break;
			const head = readHead(json);
			if (head === undefined || head.mode === 'integrated') continue;
			if (unlessInterrupted(head, upSince).status !== 'crashed') open.add(id);
		}
	}
	return { executionId, at: at.toISOString(), open };
}
