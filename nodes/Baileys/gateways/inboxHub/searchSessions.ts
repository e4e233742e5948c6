import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { fetchInboxHubSessions } from './sessions';

/**
 * The choices of 'Session'.
 *
 * @param filter text to look for in names and ids
 * @param paginationToken number of the page, the first without it
 */
export async function searchInboxHubSessions(
	context: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const page = Number(paginationToken ?? 1);
	const { sessions, hasMore } = await fetchInboxHubSessions(context, page);
	const wanted = filter?.toLowerCase() ?? '';
	const results = sessions
		.map(({ id, sessionId, name, status }) => ({
			name: `${name || sessionId || id}${status ? ` (${status})` : ''}`,
			value: id,
		}))
		.filter(({ name, value }) => `${name} ${value}`.toLowerCase().includes(wanted));
	return { results, ...(hasMore ? { paginationToken: String(page + 1) } : {}) };
}
