import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { failedItem } from '../../shared/failedItem';
import { withN8nApi } from '../../shared/n8nApi/n8nEventStore';
import { replay } from './replay';

export { replayProperties } from './properties';

/**
 * The operation Replay: once for all input items.
 *
 * @returns reports (or, into this workflow, the events) and gaps; with Continue on Fail, a run that
 * failed is `{error: {message, description?}}`
 */
export async function executeReplay(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	try {
		return await withN8nApi(context, async (api) => await replay(context, api));
	} catch (error) {
		return [[failedItem(context, error, 0)], []];
	}
}
