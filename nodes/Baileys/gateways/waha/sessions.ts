import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { z } from 'zod';
import { callProvider, type ApiContext } from '../../../shared/providerApi/providerApi';
import { WAHA_API } from './api';

/** One session as the list tells it. */
interface WahaSession {
	readonly name: string;
	readonly status: string | null;
}

const sessionList = z.array(
	z
		.object({ name: z.string(), status: z.string().nullish().catch(null) })
		.transform(({ name, status }) => ({ name, status: status ?? null })),
);

/**
 * All sessions, those that are stopped too, from `GET /api/sessions?all=true`.
 *
 * @throws {NodeOperationError} that says what happened and what to do
 */
export async function fetchWahaSessions(context: ApiContext): Promise<WahaSession[]> {
	const body = await callProvider(WAHA_API, context, 'list its sessions', {
		method: 'GET',
		url: '/api/sessions',
		qs: { all: true },
	});
	return sessionList.parse(body);
}

/**
 * The choices of 'Session'.
 *
 * @param filter text to look for in names
 */
export async function searchWahaSessions(
	context: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	const results = (await fetchWahaSessions(context))
		.map(({ name, status }) => ({ name: status ? `${name} (${status})` : name, value: name }))
		.filter(({ name }) => name.toLowerCase().includes(filter.toLowerCase()));
	return { results };
}
