import type { LoadedHistory } from '../../test/history/loadedHistory.mts';
import type { TestN8n } from '../../test/support/n8n.mts';
import { tellFigure, type Figure } from '../figures.mts';
import type { OtherBuild } from '../otherBuild.mts';
import { PLAIN, readingCells } from './cells.mts';
import { publishHistory } from './measured.mts';
import { atRest, peakMemory, type PeakMemory } from './memory.mts';

/** What is to be reached. */
const MEMORY_MB = 250;

/** The memory that one reading of the whole history takes at most, each in an n8n of its own. */
export async function benchPeaks({ n8n }: LoadedHistory, other?: OtherBuild): Promise<void> {
	const cells = await readingCells(n8n, other);
	const body = { url: n8n.url, key: n8n.client.apiKey };
	const few = { operation: 'getMany', returnAll: false, limit: 1, filters: {} };
	const firstRead = await publishHistory(n8n, few);
	const memoryOf = async (work: () => Promise<unknown>): Promise<PeakMemory> => {
		await n8n.stop();
		await n8n.startAgain();
		// What n8n loads with its first execution is not the memory of reading.
		await firstRead();
		await atRest(n8n.pid);
		return await peakMemory(n8n.pid, work);
	};
	console.log(
		'\nPeak memory above idle (MB), each in an n8n that was started anew, has read one event and was then left alone',
	);
	for (const [name, measure] of cells) {
		const { idle, above } = await memoryOf(async () => await measure(body));
		const aim = name === PLAIN ? {} : { aim: { atMost: MEMORY_MB } };
		tellMemory(name.replace('remembered', 'to remember'), { above, idle }, aim);
	}
	const alone = await memoryOf(async () => await fetchPages(n8n));
	tellMemory('plain fetch from another process: what n8n itself takes', alone);
}

function tellMemory(
	name: string,
	{ above, idle }: PeakMemory,
	aim: Pick<Figure, 'aim'> = {},
): void {
	const figure = { value: above, unit: `MB above ${idle.toFixed(0)} MB` };
	tellFigure({ group: 'Peak memory of one reading', name, ...figure, ...aim });
}

/** The same pages, read outside of n8n. */
async function fetchPages({ url, client }: TestN8n): Promise<void> {
	let cursor: string | null = '';
	while (cursor !== null) {
		const query: string = `includeData=true&limit=250${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
		const answer: Response = await fetch(`${url}/api/v1/executions?${query}`, {
			headers: { 'x-n8n-api-key': client.apiKey },
		});
		cursor = ((await answer.json()) as { nextCursor: string | null }).nextCursor;
	}
}
