import { NodeOperationError, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';
import { readEvents } from '../../lib/history/readEvents';
import { isGap } from '../../lib/history/storedEvent';
import { Summary, type GroupBy, type SummaryGroup } from '../../lib/history/summary';
import type { N8nApi } from '../../lib/history/store/api';
import { readPatterns } from '../../lib/event/pattern';
import { gapItem } from './outputItems';
import { reportProgress } from './progress';
import { readFilters, readReadOptions } from './readFilters';

const GROUPS: readonly GroupBy[] = ['day', 'hour', 'source', 'status', 'type', 'workflow'];

/** More cannot be shown in a chart, and would fill the memory. */
const MOST_GROUPS = 10_000;

/** One item for each group of events, and one for each gap. */
export async function summarize(
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
	const options = { ...readReadOptions(context, itemIndex), onProgress: progress.onProgress };
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
		throw new NodeOperationError(context.getNode(), `'Group By' has '${name}', which is no group`, {
			itemIndex,
			description: `Use ${GROUPS.join(', ')}.`,
		});
	}
}

function groupItem(group: SummaryGroup, itemIndex: number): INodeExecutionData {
	const { firstAt, lastAt, ...rest } = group;
	const times = { firstAt: firstAt?.toISOString() ?? null, lastAt: lastAt?.toISOString() ?? null };
	return { json: { ...rest, ...times }, pairedItem: { item: itemIndex } };
}
