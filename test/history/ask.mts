import type { IDataObject, INode } from 'n8n-workflow';
import { EventHistory } from '../../nodes/History/EventHistory.node.ts';
// Keeps n8n-core from printing errors that a test causes on purpose.
import '../support/n8nLog.mts';
import { runAction } from '../support/runAction.mts';
import type { LoadedHistory } from './loadedHistory.mts';
import type { Asked } from './reference.mts';

export interface HistoryAnswer {
	/** Items of the two outputs. */
	readonly results: readonly IDataObject[];
	readonly gaps: readonly IDataObject[];
	readonly error?: { readonly message: string; readonly description?: string | null };
	/** Everything that n8n would store of it. */
	readonly stored: string;
}

const node = new EventHistory();

/**
 * Runs the node in n8n-core's own execution, against a real n8n. The tests' process is older than
 * every execution of that n8n: what runs never counts as crashed here, as it does where the node is in
 * the n8n itself. What depends on that is asked there (`publishReplayer`).
 *
 * @param more further parameters, and `baseUrl` or `apiKey` in place of the right
 * ones, `memoryMb` for the option of that name
 */
export async function ask(
	{ n8n }: LoadedHistory,
	operation: string,
	asked: Asked,
	{
		baseUrl = n8n.url,
		apiKey = n8n.client.apiKey,
		memoryMb,
		...more
	}: Record<string, unknown> = {},
): Promise<HistoryAnswer> {
	const { order, includeN8nWebhook, includeReplays, includeTestRuns, ...filters } = asked;
	const options = Object.entries({
		order,
		includeN8nWebhook,
		includeReplays,
		includeTestRuns,
		memoryMb,
	});
	const { outputs, error, stored } = await runAction(node, {
		items: [{ json: {} }],
		parameters: {
			resource: 'event',
			operation,
			returnAll: true,
			filters,
			options: Object.fromEntries(options.filter(([, value]) => value !== undefined)),
			...more,
		} as unknown as INode['parameters'],
		credentials: { realtimeWebhooksN8nEventStoreApi: { baseUrl, apiKey } as never },
	});
	const json = (output: number) => (outputs[output] ?? []).map((item) => item.json);
	return {
		results: json(0),
		gaps: json(1),
		stored,
		...(error === undefined ? {} : { error }),
	};
}
