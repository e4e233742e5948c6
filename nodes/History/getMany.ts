import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { readEvents } from '../../lib/history/readEvents';
import { isGap } from '../../lib/history/storedEvent';
import type { N8nApi } from '../../lib/history/store/api';
import { executionLink } from './executionLink';
import { eventItem, gapItem } from './outputItems';
import { PackedItems } from './packedItems';
import { reportProgress } from './progress';
import { readFilters, readReadOptions } from './readFilters';

/** One item for each event, and one for each gap. */
export async function getMany(
	context: IExecuteFunctions,
	api: N8nApi,
	itemIndex: number,
): Promise<INodeExecutionData[][]> {
	const filters = readFilters(context, itemIndex);
	const returnAll = context.getNodeParameter('returnAll', itemIndex, false) === true;
	const limit = returnAll ? undefined : Number(context.getNodeParameter('limit', itemIndex, 50));
	const link = await executionLink(context);
	const progress = reportProgress(context);
	const options = {
		...readReadOptions(context, itemIndex),
		limit,
		onProgress: progress.onProgress,
	};
	const events = new PackedItems();
	const gaps: INodeExecutionData[] = [];
	for await (const entry of readEvents(api, filters, options)) {
		if (isGap(entry)) gaps.push(gapItem(entry, itemIndex));
		else events.push(eventItem(entry, link, itemIndex));
	}
	progress.end(gaps.length);
	return [events.takeAll(), gaps];
}
