import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { fetchInstances } from './instances';

/**
 * The choices of 'Instance'.
 *
 * @param filter text to look for in names
 */
export async function searchInstances(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	const wanted = filter.toLowerCase();
	const results = (await fetchInstances(this))
		.filter(({ name }) => name.toLowerCase().includes(wanted))
		.map(({ name, status }) => ({
			name: `${name}${status === null ? '' : ` (${status})`}`,
			value: name,
		}));
	return { results };
}
