import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { z } from 'zod';
import type { ApiContext } from '../../../shared/providerApi/providerApi';
import { callInboxHub } from './api';

/** Sessions a page, the API's maximum. */
const PAGE_SIZE = 100;

/** One session as the list tells it. */
interface InboxHubSession {
	/** Numeric id, as text. */
	readonly id: string;
	/** Text id. */
	readonly sessionId: string | null;
	readonly name: string | null;
	readonly status: string | null;
}

const sessionList = z.object({
	data: z.object({
		sessions: z.array(
			z
				.object({
					id: z.union([z.number(), z.string()]),
					sessionId: z.string().nullish(),
					sessionName: z.string().nullish(),
					status: z.string().nullish(),
				})
				.transform(({ id, sessionId, sessionName, status }) => ({
					id: String(id),
					sessionId: sessionId ?? null,
					name: sessionName ?? null,
					status: status ?? null,
				})),
		),
		pagination: z.object({ pages: z.number() }).passthrough().nullish(),
	}),
});

/**
 * One page of the account's sessions, from `GET /api/sessions`.
 *
 * @param page from 1
 * @throws {NodeOperationError} that says what happened and what to do
 */
export async function fetchInboxHubSessions(
	context: ApiContext,
	page: number,
): Promise<{ sessions: InboxHubSession[]; hasMore: boolean }> {
	const body = await callInboxHub(context, 'list its sessions', {
		method: 'GET',
		url: '/api/sessions',
		qs: { page, limit: PAGE_SIZE },
	});
	const { sessions, pagination } = sessionList.parse(body).data;
	return { sessions, hasMore: (pagination?.pages ?? 1) > page };
}

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
