import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { z } from 'zod';
import { callProvider, type ApiContext } from '../shared/providerApi/providerApi';
import { EVOLUTION_API } from './api';

/** One instance as the server lists it. */
interface EvolutionInstance {
	readonly name: string;
	/** `open`, `connecting` or `close`; null: not told. */
	readonly status: string | null;
}

/**
 * 2.x lists rows of its database, 1.x objects with `instance` inside. Made when it is asked for: the
 * node's description names this file's search.
 */
function listed() {
	const optionalText = z.string().nullish().catch(null);
	return z.array(
		z.union([
			z
				.object({ name: z.string().min(1), connectionStatus: optionalText })
				.transform(({ name, connectionStatus }) => ({ name, status: connectionStatus ?? null })),
			z
				.object({ instance: z.object({ instanceName: z.string().min(1), status: optionalText }) })
				.transform(({ instance }) => ({
					name: instance.instanceName,
					status: instance.status ?? null,
				})),
			z.unknown().transform(() => undefined),
		]),
	);
}

/**
 * All instances that the key may see, from `GET /instance/fetchInstances`.
 *
 * @throws {NodeOperationError} that says what happened and what to do
 */
export async function fetchInstances(context: ApiContext): Promise<EvolutionInstance[]> {
	const body = await callProvider(EVOLUTION_API, context, 'list its instances', {
		method: 'GET',
		url: '/instance/fetchInstances',
	});
	const rows = listed().safeParse(Array.isArray(body) ? body : []).data ?? [];
	return rows.filter((row) => row !== undefined);
}

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
