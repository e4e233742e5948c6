import { readHead } from '../history/store/executionHead';
import { withScope } from '../history/store/executionList';
import type { ReadOptions } from '../history/filters';
import { unlessInterrupted } from '../history/store/interrupted';
import { N8nApiError, type N8nApi } from '../history/store/api';

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
