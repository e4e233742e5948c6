import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { z } from 'zod';
import { callProvider } from '../../../shared/providerApi';
import { WAHA_API } from './api';

const sessionList = z.array(
	z.object({ name: z.string(), status: z.string().nullish().catch(null) }),
);

/**
 * The choices of 'Session', from `GET /api/sessions?all=true`, which tells all at once.
 *
 * @param filter text to look for in names
 */
export async function searchWahaSessions(
	context: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	const body = await callProvider(WAHA_API, context, 'list its sessions', {
		method: 'GET',
		url: '/api/sessions',
		qs: { all: true },
	});
	const results = sessionList
		.parse(body)
		.map(({ name, status }) => ({ name: status ? `${name} (${status})` : name, value: name }))
		.filter(({ name }) => name.toLowerCase().includes(filter.toLowerCase()));
	return { results };
}
