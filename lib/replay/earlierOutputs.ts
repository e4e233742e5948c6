import { DataPages } from '../history/store/dataPages';
import type { ExecutionQuery } from '../history/store/executionList';
import { fieldOf, isObject, listOf, textOf } from '../event/json';
import { PageSize } from '../history/store/pageSize';
import type { N8nApi } from '../history/store/api';
import { eventKey } from './eventKey';
import type { EarlierReplays } from './replayTarget';

/** Characters of one page of executions. */
const PAGE_CHARACTERS = 4 * 1024 * 1024;

/** Which node gave out replayed events, and how its items look. */
export interface ReplayingNode {
	readonly workflowId: string;
	readonly nodeName: string;
	/**
	 * `events`: the items are the events. An execution that failed has not replayed them.
	 * Otherwise the items are reports, and those on deliveries to this address count.
	 */
	readonly items: 'events' | { readonly url: string };
}

/**
 * Finds which events a node gave out, or delivered, in earlier executions of its workflow: there no
 * other execution shows it.
 *
 * @param since start of the oldest execution that matters
 * @throws {N8nApiError}
 */
export async function readEarlierOutputs(
	api: N8nApi,
	{ workflowId, nodeName, items }: ReplayingNode,
	since: Date | undefined,
	signal: AbortSignal | undefined,
): Promise<EarlierReplays> {
	const succeeded = new Map<string, string>();
	const query: ExecutionQuery = {
		workflowId,
		...(items === 'events' ? { status: 'success' } : {}),
		...(since && { startedAfter: since }),
	};
	const size = new PageSize(PAGE_CHARACTERS);
	const data = new DataPages(api, query, signal);
	let below: number | undefined;
	for (;;) {
		const { limit } = size;
		const page = await data.list({ below, limit });
		for (const { id, json } of page.rows) {
			for (const item of outputItems(json, nodeName)) {
				const event = items === 'events' ? item : deliveredEvent(item, items.url);
				const source = textOf(fieldOf(event, 'source'));
				const eventId = textOf(fieldOf(event, 'id'));
				const isReplayed = items !== 'events' || textOf(fieldOf(event, 'replayof')) !== undefined;
				if (source === undefined || eventId === undefined || !isReplayed) continue;
				const key = eventKey({ source, id: eventId });
				if (!succeeded.has(key)) succeeded.set(key, String(id));
			}
		}
		size.learn(page.rows.length, page.bytes);
		below = page.rows.at(-1)?.id;
		if (page.rows.length < limit || below === undefined) return { succeeded, open: new Map() };
	}
}

function deliveredEvent(item: unknown, url: string): unknown {
	const isDelivered = fieldOf(item, 'outcome') === 'replayed' && fieldOf(item, 'url') === url;
	return isDelivered ? fieldOf(item, 'event') : undefined;
}

/** JSON of the items of a node's first output, of all its runs. */
function outputItems(execution: unknown, nodeName: string): unknown[] {
	const runs = listOf(fieldOf(execution, 'data', 'resultData', 'runData', nodeName));
	return runs.flatMap((run) => {
		const [first] = listOf(fieldOf(run, 'data', 'main'));
		return listOf(first)
			.filter(isObject)
			.map(({ json }) => json);
	});
}
