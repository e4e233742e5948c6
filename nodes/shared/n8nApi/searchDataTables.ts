import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { isObject } from '../../../lib/event/json';
import { addressOf, EVENT_STORE_CREDENTIAL } from './n8nEventStore';

/** Tables that n8n lists in one page. */
const PAGE = 100;

const REQUEST_TIMEOUT_MS = 10_000;

/**
 * The choices of 'Data Table': those that the API key may see, by name.
 *
 * @param filter what the user has typed
 * @param paginationToken n8n's cursor of the next page
 */
export async function searchDataTables(
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const { origin, prefix } = await addressOf(this);
	const answer: unknown = await this.helpers.httpRequestWithAuthentication.call(
		this,
		EVENT_STORE_CREDENTIAL,
		{
			url: `${origin}${prefix}/data-tables`,
			qs: {
				limit: PAGE,
				sortBy: 'name:asc',
				...(filter === undefined || filter === ''
					? {}
					: { filter: JSON.stringify({ name: filter }) }),
				...(paginationToken === undefined ? {} : { cursor: paginationToken }),
			},
			json: true,
			timeout: REQUEST_TIMEOUT_MS,
		},
	);
	const { data, nextCursor } = isObject(answer) ? answer : {};
	const results = (Array.isArray(data) ? data : [])
		.filter(isObject)
		.map(({ id, name }) => ({ name: String(name), value: String(id) }));
	return { results, ...(typeof nextCursor === 'string' ? { paginationToken: nextCursor } : {}) };
}
