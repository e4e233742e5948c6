import type { N8nApi } from './api';
import { fieldOf, listOf, textOf } from '../../event/json';

/** A workflow of 1 MB is large: 25 of them are not too many at once. */
const WORKFLOWS_A_PAGE = 25;

/** More than any n8n has; a list that never ends must not hold a node for ever. */
const MOST_PAGES = 4_000;

/**
 * The workflows that the key may see, as n8n's public API gives them, without pinned data.
 *
 * @throws {N8nApiError}
 */
export async function* listWorkflows(
	api: N8nApi,
	signal: AbortSignal | undefined,
): AsyncGenerator<unknown, void, undefined> {
	let cursor: string | undefined;
	for (let page = 0; page < MOST_PAGES; page += 1) {
		const body = await api.call({
			method: 'GET',
			path: '/workflows',
			query: { limit: WORKFLOWS_A_PAGE, excludePinnedData: true, cursor },
			what: 'list workflows',
			signal,
		});
		yield* listOf(fieldOf(body, 'data'));
		cursor = textOf(fieldOf(body, 'nextCursor'));
		if (cursor === undefined) return;
	}
}
