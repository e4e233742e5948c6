import { NodeOperationError, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';
import { gap } from '../../lib/history/gaps';
import { readEvents } from '../../lib/history/readEvents';
import { readExecution } from '../../lib/history/readExecution';
import { isGap, type Gap, type StoredEvent } from '../../lib/history/storedEvent';
import type { N8nApi } from '../../lib/history/store/n8nApi';
import { executionLink, eventItem, gapItem } from './outputItems';
import { readOptions } from './historyMemory';
import { readFilters, readReadOptions } from './readFilters';

interface Found {
	readonly events: readonly StoredEvent[];
	readonly gaps: readonly Gap[];
}

/**
 * The newest event with an id, or the events of one execution. What is not there comes out on Gaps,
 * with what may be the reason.
 */
export async function getOne(
	context: IExecuteFunctions,
	api: N8nApi,
	itemIndex: number,
): Promise<INodeExecutionData[][]> {
	const isExecution = context.getNodeParameter('by', itemIndex) === 'executionId';
	const { events, gaps } = isExecution
		? await byExecutionId(context, api, itemIndex)
		: await byEventId(context, api, itemIndex);
	const link = await executionLink(context);
	return [
		events.map((event) => eventItem(event, link, itemIndex)),
		gaps.map((one) => gapItem(one, itemIndex)),
	];
}

async function byEventId(
	context: IExecuteFunctions,
	api: N8nApi,
	itemIndex: number,
): Promise<Found> {
	const given: unknown = context.getNodeParameter('eventId', itemIndex, '') ?? '';
	const eventId = typeof given === 'object' ? '' : String(given).trim();
	if (typeof given === 'object') throw missing("'Event ID' is not text", 'Check the expression.');
	if (eventId === '') throw missing("'Event ID' is empty", 'Enter the ID of the event.');
	const filters = { ...readFilters(context, itemIndex), eventId };
	const options = { ...(await readOptions(context, itemIndex)), limit: 1 };
	const gaps: Gap[] = [];
	for await (const entry of readEvents(api, filters, options)) {
		if (!isGap(entry)) return { events: [entry], gaps: [] };
		gaps.push(entry);
	}
	return { events: [], gaps: [gap('not_found', { eventId }), ...gaps] };

	function missing(message: string, description: string) {
		return new NodeOperationError(context.getNode(), message, { description, itemIndex });
	}
}

async function byExecutionId(
	context: IExecuteFunctions,
	api: N8nApi,
	itemIndex: number,
): Promise<Found> {
	const executionId = String(context.getNodeParameter('executionId', itemIndex, '')).trim();
	if (!/^[1-9]\d*$/.test(executionId)) {
		throw new NodeOperationError(
			context.getNode(),
			"'Execution ID' is not the ID of an execution",
			{
				itemIndex,
				description: "Enter the number at the end of the execution's URL, such as 1234.",
			},
		);
	}
	const found = await readExecution(api, executionId, readReadOptions(context, itemIndex));
	if (!Array.isArray(found)) return { events: [], gaps: [found] };
	if (found.length > 0) return { events: found, gaps: [] };
	const hint = 'The execution exists, but no event started it.';
	return { events: [], gaps: [gap('not_found', { executionIds: [executionId], hint })] };
}
