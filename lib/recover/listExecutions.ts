import { z } from 'zod';
import { N8nApiError, type N8nApi } from '../n8nApi/n8nApi';
import type { ListedExecution } from './executionFamily';

/** n8n's most. */
const PAGE = 250;

/** n8n keeps 10,000 executions unless told otherwise; a list without an end would be a fault. */
const MOST_PAGES = 4_000;

const id = z.union([z.string(), z.number()]).transform(String);

const LISTED = z.object({
	id,
	workflowId: id,
	status: z.string(),
	mode: z.string(),
	startedAt: z
		.string()
		.nullish()
		.transform((value) => value ?? null),
	retryOf: id.nullish().transform((value) => value ?? null),
	retrySuccessId: id.nullish().transform((value) => value ?? null),
});

const ANSWER = z.object({ data: z.array(LISTED), nextCursor: z.string().nullish() });

/**
 * The executions that started at or after a time, without their data, those under way included.
 *
 * @throws {N8nApiError} where the key may not list executions, or n8n does not answer
 */
export async function listExecutionsSince(
	api: N8nApi,
	since: Date,
	signal?: AbortSignal,
): Promise<ListedExecution[]> {
	const ended = await listAll(api, { startedAfter: since.toISOString() }, signal);
	// n8n leaves these out unless they are asked for.
	const running = await listAll(api, { status: 'running' }, signal);
	return [...new Map([...ended, ...running].map((one) => [one.id, one])).values()];
}

async function listAll(
	api: N8nApi,
	query: Readonly<Record<string, string>>,
	signal?: AbortSignal,
): Promise<ListedExecution[]> {
	const all: ListedExecution[] = [];
	let cursor: string | undefined;
	for (let page = 0; page < MOST_PAGES; page += 1) {
		const answer = ANSWER.safeParse(
			await api.call({
				method: 'GET',
				path: '/executions',
				query: { ...query, limit: PAGE, includeData: false, cursor },
				what: 'list its executions',
				signal,
			}),
		);
		if (!answer.success) {
			throw new N8nApiError(
				'n8n listed its executions in a form that is not known',
				'This package was made for the public API of n8n 2.41. See whether there is a newer version of the package.',
			);
		}
		all.push(...answer.data.data);
		if (!answer.data.nextCursor) break;
		cursor = answer.data.nextCursor;
	}
	return all;
}
