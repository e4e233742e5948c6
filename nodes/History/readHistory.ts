import { NodeOperationError, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';
import type { N8nApi } from '../../lib/history/store/api';
import { failedItem } from '../shared/failedItem';
import { withN8nApi } from '../shared/n8nApi/n8nEventStore';
import { getMany } from './getMany';
import { getOne } from './getOne';
import { summarize } from './summarize';

type Reading = (
	context: IExecuteFunctions,
	api: N8nApi,
	itemIndex: number,
) => Promise<INodeExecutionData[][]>;

const READINGS: Readonly<Record<string, Reading>> = { get: getOne, getMany, summarize };

/**
 * Runs Get, Get Many or Summarize for each input item.
 *
 * @returns results and gaps; with Continue on Fail, an item that failed is `{error: {message,
 * description?}}` among the results
 */
export async function readHistory(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const operation = String(context.getNodeParameter('operation', 0));
	const read = READINGS[operation];
	if (read === undefined) {
		throw new NodeOperationError(context.getNode(), "'Operation' is not one that this node knows", {
			description: 'Choose Get, Get Many, Recover, Replay or Summarize.',
		});
	}
	const results: INodeExecutionData[] = [];
	const gaps: INodeExecutionData[] = [];
	for (const itemIndex of context.getInputData().keys()) {
		if (context.getExecutionCancelSignal()?.aborted === true) break;
		try {
			const outputs = await withN8nApi(context, async (api) => await read(context, api, itemIndex));
			// Not spread into push(): the items of a long history are more than a call takes.
			for (const item of outputs[0] ?? []) results.push(item);
			for (const item of outputs[1] ?? []) gaps.push(item);
		} catch (error) {
			results.push(failedItem(context, error, itemIndex));
		}
	}
	return [results, gaps];
}
