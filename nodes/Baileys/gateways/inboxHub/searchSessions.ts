import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { z } from 'zod';
import { callInboxHub } from './api';

/** Sessions a page, the API's maximum. */
const PAGE_SIZE = 100;

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
				.passthrough(),
		),
		pagination: z.object({ pages: z.number() }).passthrough().nullish(),
	}),
});

/**
 * The choices of 'Session', from `GET /api/sessions`.
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
	const body = await callInboxHub(context, 'list its sessions', {
		method: 'GET',
		url: '/api/sessions',
		qs: { page, limit: PAGE_SIZE },
	});
	const { sessions, pagination } = sessionList.parse(body).data;
	const wanted = filter?.toLowerCase() ?? '';
	const results = sessions
		.map(({ id, sessionId, sessionName, status }) => ({
			name: `${sessionName || sessionId || id}${status ? ` (${status})` : ''}`,
			value: String(id),
		}))
		.filter(({ name, value }) => `${name} ${value}`.toLowerCase().includes(wanted));
	return {
		results,
		...((pagination?.pages ?? 1) > page ? { paginationToken: String(page + 1) } : {}),
	};
}
