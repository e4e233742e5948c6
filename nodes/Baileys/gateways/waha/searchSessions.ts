import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { fetchWahaSessions } from './sessions';

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
