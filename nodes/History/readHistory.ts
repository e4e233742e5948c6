import { NodeOperationError, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';
import { readPatterns } from '../../lib/event/pattern';
import { readEvents } from '../../lib/history/readEvents';
import type { N8nApi } from '../../lib/history/store/n8nApi';
import { isGap } from '../../lib/history/storedEvent';
import { Summary, type GroupBy, type SummaryGroup } from '../../lib/history/summary';
import { failedItem } from '../shared/failedItem';
import { readLimit } from '../shared/options';
import { withN8nApi } from '../shared/n8nApi/n8nEventStore';
import { getOne } from './getOne';
import { readOptions } from './historyMemory';
import {
	executionLink,
	eventItem,
	gapItem,
	PackedItems,
	reportProgress,
	simplifiedItem,
} from './outputItems';
import { readFilters } from './readFilters';
import { report } from './report/report';

type Reading = (
	context: IExecuteFunctions,
	api: N8nApi,
	itemIndex: number,
) => Promise<INodeExecutionData[][]>;

const READINGS: Readonly<Record<string, Reading>> = { get: getOne, getMany, report, summarize };

/**
 * Runs Get, Get Many, Report or Summarize for each input item.
 *
 * @returns results and gaps; with Continue on Fail, an item that failed is `{error: {message,
 * description?}}` among the results
 */
export async function readHistory(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const operation = String(context.getNodeParameter('operation', 0));
	const read = READINGS[operation];
	if (read === undefined) {
		throw new NodeOperationError(context.getNode(), "'Operation' is not supported by this node", {
			description: 'Choose Get, Get Many, Recover, Replay, Report or Summarize.',
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

/** One item for each event, and one for each gap. */
async function getMany(
	context: IExecuteFunctions,
	api: N8nApi,
	itemIndex: number,
): Promise<INodeExecutionData[][]> {
	const filters = readFilters(context, itemIndex);
	const limit = readLimit(context, itemIndex);
	const simplify = context.getNodeParameter('simplify', itemIndex, false) === true;
	const toItem = simplify ? simplifiedItem : eventItem;
	const link = await executionLink(context);
	const progress = reportProgress(context);
	const options = {
		...(await readOptions(context, itemIndex)),
		limit,
		onProgress: progress.onProgress,
	};
	const events = new PackedItems();
	const gaps: INodeExecutionData[] = [];
	for await (const entry of readEvents(api, filters, options)) {
		if (isGap(entry)) gaps.push(gapItem(entry, itemIndex));
		else events.push(toItem(entry, link, itemIndex), entry.isRemembered);
	}
	progress.end(gaps.length);
	return [events.takeAll(), gaps];
}

const GROUPS: readonly GroupBy[] = ['day', 'hour', 'source', 'status', 'type', 'workflow'];

/** More cannot be shown in a chart, and would fill the memory. */
const MOST_GROUPS = 10_000;

/** One item for each group of events, and one for each gap. */
async function summarize(
	context: IExecuteFunctions,
	api: N8nApi,
	itemIndex: number,
): Promise<INodeExecutionData[][]> {
	const filters = readFilters(context, itemIndex);
	const groupBy = readPatterns(context.getNodeParameter('groupBy', itemIndex, [])).map(readGroup);
	const timeZone = context.getTimezone();
	const { timeOf } = filters;
	const summary = new Summary({ groupBy, timeZone, timeOf, most: MOST_GROUPS });
	const progress = reportProgress(context);
	const options = {
		...(await readOptions(context, itemIndex)),
		needsData: () => false,
		onProgress: progress.onProgress,
	};
	const gaps: INodeExecutionData[] = [];
	for await (const entry of readEvents(api, filters, options)) {
		if (isGap(entry)) gaps.push(gapItem(entry, itemIndex));
		else summary.add(entry);
	}
	progress.end(gaps.length);
	return [summary.all().map((group) => groupItem(group, itemIndex)), gaps];

	function readGroup(name: string): GroupBy {
		const known = GROUPS.find((one) => one === name);
		if (known !== undefined) return known;
		throw new NodeOperationError(
			context.getNode(),
			`'Group By' contains '${name}', which is not a group`,
			{
				itemIndex,
				description: `Use ${GROUPS.join(', ')}.`,
			},
		);
	}
}

function groupItem(group: SummaryGroup, itemIndex: number): INodeExecutionData {
	return { json: groupFields(group), pairedItem: { item: itemIndex } };
}

/** The JSON of a group's item. */
export type GroupFields = ReturnType<typeof groupFields>;

function groupFields({ firstAt, lastAt, ...rest }: SummaryGroup) {
	const times = { firstAt: firstAt?.toISOString() ?? null, lastAt: lastAt?.toISOString() ?? null };
	return { ...rest, ...times };
}
