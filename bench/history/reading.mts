import type { LoadedHistory } from '../../test/history/loadedHistory.mts';
import type { TestN8n } from '../../test/support/n8n.mts';
import { median } from '../load.mts';
import { publishHistory, publishProbe, type Measure } from './measured.mts';
import { atRest, peakMemory, type PeakMemory } from './memory.mts';

/** What is to be reached. */
const RATIO = 0.8;
const MEMORY_MB = 250;

/** The first time they read as the others do; what is measured later is what they remember. */
const AGAIN = { getMany: 'Get Many, all, remembered', summarize: 'Summarize, all, remembered' };

/** How much faster the second read is to be than one that remembers nothing. */
const AGAIN_RATIO = 5;

/** Get Many over all executions against plain `fetch` of the same pages, and the memory of both. */
export async function benchReading({ n8n }: LoadedHistory, rounds: number): Promise<void> {
	const filters = {};
	const all = { returnAll: true, filters };
	const nothing = { options: { memoryMb: 0 } };
	const [getMany, summarize] = ['getMany', 'summarize'].map((operation) => ({ ...all, operation }));
	const cells: ReadonlyArray<readonly [name: string, measure: Measure]> = [
		['Get Many, all', await publishHistory(n8n, { ...getMany, ...nothing })],
		['Summarize, all', await publishHistory(n8n, { ...summarize, ...nothing })],
		[AGAIN.getMany, await publishHistory(n8n, getMany ?? {})],
		[AGAIN.summarize, await publishHistory(n8n, summarize ?? {})],
		['plain fetch of the pages, parsed', await publishProbe(n8n, 'fetch')],
	];
	const body = { url: n8n.url, key: n8n.client.apiKey };
	const few = { operation: 'getMany', returnAll: false, limit: 1, filters };
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
		const isOurs = !name.startsWith('plain');
		const shown = name.replace('remembered', 'to remember');
		const verdict = isOurs
			? ` (aim ${MEMORY_MB}, ${above < MEMORY_MB ? 'reached' : 'missed'})`
			: '';
		tell(shown, above, idle, verdict);
	}
	const alone = await memoryOf(async () => await fetchPages(n8n));
	tell('plain fetch from another process', alone.above, alone.idle, ': what n8n itself takes');
	const times = new Map<string, number[]>(cells.map(([name]) => [name, []]));
	let executions = 0;
	let events = 0;
	for (let round = 0; round <= rounds; round += 1) {
		for (const [name, measure] of round % 2 === 0 ? cells : [...cells].reverse()) {
			const { ms, count } = await measure(body);
			if (round > 0) times.get(name)?.push(ms);
			if (name.startsWith('plain')) executions = count;
			else if (name.startsWith('Get')) events = count;
		}
	}
	const plain = times.get('plain fetch of the pages, parsed') ?? [];
	console.log(`\nReading ${executions} executions, which hold ${events} events`);
	for (const [name, all] of times) {
		const seconds = median(all) / 1_000;
		const ratio = median(plain.map((ms, round) => ms / (all[round] ?? Number.NaN)));
		const verdict =
			name === 'Get Many, all' ? `, aim ${RATIO}, ${ratio >= RATIO ? 'reached' : 'missed'}` : '';
		console.log(
			`  ${name.padEnd(36)} ${seconds.toFixed(2).padStart(6)} s  ${(executions / seconds).toFixed(0).padStart(6)} executions/s  ${(events / seconds).toFixed(0).padStart(6)} events/s  (${ratio.toFixed(2)} of plain fetch${verdict})`,
		);
	}
	for (const again of Object.values(AGAIN)) {
		const first = times.get(again.replace(', remembered', '')) ?? [];
		const second = times.get(again) ?? [];
		const ratio = median(first.map((ms, round) => ms / (second[round] ?? Number.NaN)));
		console.log(
			`  ${again}: ${ratio.toFixed(1)} times as fast as without (aim ${AGAIN_RATIO}, ${ratio >= AGAIN_RATIO ? 'reached' : 'missed'})`,
		);
	}
}

function tell(name: string, above: number, idle: number, verdict: string): void {
	const [more, before] = [above, idle].map((mb) => mb.toFixed(0).padStart(6));
	console.log(`  ${name.padEnd(36)} ${more}  above ${before}${verdict}`);
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
