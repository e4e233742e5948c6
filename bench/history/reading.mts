import type { LoadedHistory } from '../../test/history/loadedHistory.mts';
import type { TestN8n } from '../../test/support/n8n.mts';
import { ratioOf, spread, tellFigure, type Figure } from '../figures.mts';
import { publishHistory, publishProbe, type Measure } from './measured.mts';
import { atRest, cpuMs, peakMemory, residentMb, type PeakMemory } from './memory.mts';
import type { OtherBuild } from '../otherBuild.mts';

/** What is to be reached. */
const RATIO = 0.8;
const MEMORY_MB = 250;

/** The first time they read as the others do; what is measured later is what they remember. */
const AGAIN = { getMany: 'Get Many, all, remembered', summarize: 'Summarize, all, remembered' };

/** The same reads by another build. */
const OTHER = {
	getMany: 'Get Many, all, the other build',
	summarize: 'Summarize, all, the other build',
};

/** How much faster the second read is to be than one of a build that remembers nothing. */
const AGAIN_RATIO = 5;

/** Get Many over all executions against plain `fetch` of the same pages, and the memory of both. */
export async function benchReading(
	{ n8n }: LoadedHistory,
	rounds: number,
	other?: OtherBuild,
): Promise<void> {
	const filters = {};
	const all = { returnAll: true, filters };
	const nothing = { options: { memoryMb: 0 } };
	const [getMany, summarize] = ['getMany', 'summarize'].map((operation) => ({ ...all, operation }));
	const cells: ReadonlyArray<readonly [name: string, measure: Measure]> = [
		['Get Many, all', await publishHistory(n8n, { ...getMany, ...nothing })],
		['Summarize, all', await publishHistory(n8n, { ...summarize, ...nothing })],
		[AGAIN.getMany, await publishHistory(n8n, getMany ?? {})],
		[AGAIN.summarize, await publishHistory(n8n, summarize ?? {})],
		...(other === undefined
			? []
			: ([
					[OTHER.getMany, await publishHistory(n8n, getMany ?? {}, other)],
					[OTHER.summarize, await publishHistory(n8n, summarize ?? {}, other)],
				] as const)),
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
		const aim = name.startsWith('plain') ? {} : { aim: { atMost: MEMORY_MB } };
		tellMemory(name.replace('remembered', 'to remember'), { above, idle }, aim);
	}
	const alone = await memoryOf(async () => await fetchPages(n8n));
	tellMemory('plain fetch from another process: what n8n itself takes', alone);
	const times = new Map<string, number[]>(cells.map(([name]) => [name, []]));
	const cpu = new Map<string, number[]>(cells.map(([name]) => [name, []]));
	let executions = 0;
	let events = 0;
	for (let round = 0; round <= rounds; round += 1) {
		for (const [name, measure] of round % 2 === 0 ? cells : [...cells].reverse()) {
			const before = cpuMs(n8n.pid);
			const { ms, count } = await measure(body);
			if (round > 0) times.get(name)?.push(ms);
			if (round > 0) cpu.get(name)?.push(cpuMs(n8n.pid) - before);
			console.log(`  round ${round}, ${name}: n8n has ${residentMb(n8n.pid).toFixed(0)} MB`);
			if (name.startsWith('plain')) executions = count;
			else if (name.startsWith('Get')) events = count;
		}
	}
	const plain = times.get('plain fetch of the pages, parsed') ?? [];
	console.log('');
	const group = `Reading ${executions} executions, which hold ${events} events`;
	for (const [name, all] of times) {
		tellFigure({ group, name, ...spread(all.map((ms) => ms / 1_000)), unit: 's' });
	}
	const none = times.get('Get Many, all') ?? [];
	const byPlain = { ...ratioOf(plain, none), aim: { atLeast: RATIO } };
	tellFigure({ group, name: 'Get Many, all / plain fetch, in speed', ...byPlain });
	for (const operation of ['getMany', 'summarize'] as const) {
		const again = AGAIN[operation];
		const slow = other === undefined ? again.replace(', remembered', '') : OTHER[operation];
		const against = other === undefined ? 'nothing remembered' : 'the other build';
		const ratio = (measured: ReadonlyMap<string, number[]>) =>
			ratioOf(measured.get(slow) ?? [], measured.get(again) ?? []);
		const name = `${again} / ${against}`;
		tellFigure({
			group,
			name: `${name}, in speed`,
			...ratio(times),
			aim: { atLeast: AGAIN_RATIO },
		});
		tellFigure({ group, name: `${name}, in n8n's CPU time`, ...ratio(cpu) });
	}
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
