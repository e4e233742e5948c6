import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { HistoryFilters } from '../../../lib/history/filters';
import { readEvents } from '../../../lib/history/readEvents';
import { ReportNumbers, type EventReport } from '../../../lib/history/report/reportNumbers';
import { reportPage } from '../../../lib/history/report/reportPage';
import type { N8nApi } from '../../../lib/history/store/n8nApi';
import { isGap } from '../../../lib/history/storedEvent';
import { isRefusedEvent } from '../../../lib/receive/refusals';
import { readOptions } from '../historyMemory';
import { executionLink, gapItem, reportProgress } from '../outputItems';
import { readFilters } from '../readFilters';

const TITLE = 'Event report';

const FILE_NAME = 'event-report.html';

/** The JSON of a report's item: its numbers, with times as ISO texts, and the page. */
export interface ReportFields extends EventReport {
	readonly title: string;
	readonly html: string;
}

/**
 * A report on the events that fit: one item with the numbers, the page as text (`html`) and as a file,
 * and one item for each gap.
 */
export async function report(
	context: IExecuteFunctions,
	api: N8nApi,
	itemIndex: number,
): Promise<INodeExecutionData[][]> {
	const filters = readFilters(context, itemIndex);
	const title = text(context.getNodeParameter('reportTitle', itemIndex, TITLE), TITLE);
	const given = context.getNodeParameter('options', itemIndex, {}) as IDataObject;
	const link = await executionLink(context);
	const progress = reportProgress(context);
	const numbers = new ReportNumbers(context.getTimezone(), filters.timeOf);
	const gaps: INodeExecutionData[] = [];
	const options = {
		...(await readOptions(context, itemIndex)),
		replays: 'include',
		restarts: true,
		needsData: isRefusedEvent,
		onProgress: progress.onProgress,
	} as const;
	for await (const entry of readEvents(api, filters, options)) {
		if (isGap(entry)) {
			numbers.addGap(entry);
			gaps.push(gapItem(entry, itemIndex));
		} else numbers.add(entry);
	}
	progress.end(gaps.length);
	const found = numbers.report();
	const about = aboutOf(filters);
	const html = await reportPage(found, { title, about, madeAt: new Date(), link });
	const file = await context.helpers.prepareBinaryData(
		Buffer.from(html),
		text(given.fileName, FILE_NAME),
		'text/html',
	);
	const item: INodeExecutionData = {
		json: { title, ...asJson(found), html },
		binary: { [text(given.binaryField, 'data')]: file },
		pairedItem: { item: itemIndex },
	};
	return [[item], gaps];
}

/** Times as ISO texts. */
function asJson(found: EventReport): IDataObject {
	return JSON.parse(JSON.stringify(found)) as IDataObject;
}

function text(value: unknown, fallback: string): string {
	const words = typeof value === 'string' ? value.trim() : '';
	return words === '' ? fallback : words;
}

/** The filters in words, for the head of the page. */
function aboutOf(filters: HistoryFilters): string {
	const { eventTypes, sources, subjects, statuses, workflowIds, eventId, text: words } = filters;
	const lists: ReadonlyArray<readonly [string, readonly string[] | undefined]> = [
		['Types', eventTypes],
		['Sources', sources],
		['Subjects', subjects],
		['Status', statuses],
		['Workflows', workflowIds],
		['Event ID', eventId === undefined ? undefined : [eventId]],
		['Text', words === undefined ? undefined : [words]],
	];
	return lists
		.flatMap(([name, list]) =>
			list === undefined || list.length === 0 ? [] : [`${name}: ${list.join(', ')}`],
		)
		.join(' · ');
}
