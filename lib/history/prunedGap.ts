import type { N8nApi } from './store/api';
import { readHead, type ExecutionHead } from './store/executionHead';
import { listExecutions } from './store/executionList';
import { gap } from './hints';
import type { Gap } from './storedEvent';

/** n8n never deletes what waits, so that such executions say nothing of the others. */
const KEPT_FOR_EVER: ReadonlySet<string> = new Set(['waiting', 'new', 'running']);

/** Executions that wait for months are few. */
const LOOKED_AT = 20;

/**
 * Whether n8n has already deleted executions of the time that was asked for: they are the oldest.
 *
 * @param since undefined for all that ever was
 * @returns undefined where nothing is missing at the old end
 */
export async function prunedGap(
	api: N8nApi,
	since: Date | undefined,
	signal: AbortSignal | undefined,
): Promise<Gap | undefined> {
	if (since !== undefined) {
		const older = { startedBefore: since };
		const { rows } = await listExecutions(api, older, { limit: LOOKED_AT, signal });
		if (rows.some(({ json }) => !KEPT_FOR_EVER.has(readHead(json)?.status ?? 'new')))
			return undefined;
	}
	const oldest = await oldestKept(api, signal);
	if (oldest === undefined || oldest.id === '1') return undefined;
	const { startedAt } = oldest;
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
