import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { isObject } from '../../../lib/event/json';
import { EVENT_STORE_CREDENTIAL } from './n8nEventStore';

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
	const { baseUrl } = await this.getCredentials<{ baseUrl: string }>(EVENT_STORE_CREDENTIAL);
	const base = baseUrl
		.trim()
		.replace(/\/+$/, '')
		.replace(/\/api\/v1$/, '');
	const answer: unknown = await this.helpers.httpRequestWithAuthentication.call(
		this,
		EVENT_STORE_CREDENTIAL,
		{
			url: `${base}/api/v1/data-tables`,
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
