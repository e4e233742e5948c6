import type { LoadedHistory } from '../../test/history/loadedHistory.mts';
import { ratioOf, spread, tellFigure } from '../figures.mts';
import type { OtherBuild } from '../otherBuild.mts';
import { again, anew, byOther, LIST, OPERATIONS, PLAIN, readingCells } from './cells.mts';
import { publishCollector, type LeftMemory } from './measured.mts';
import { cpuMs, residentMb } from './memory.mts';

/** Of plain `fetch`, in speed. */
const RATIO = 0.8;

/** How much faster the second read is to be than one of a build that remembers nothing. */
const AGAIN_RATIO = 5;

/** What may be left of all rounds after the first one. */
const FLAT_MB = 16;

const MB = 1024 * 1024;

type Measurements = ReadonlyMap<string, number[]>;

/**
 * Get Many, Summarize and Report over all executions, anew, remembered and by another build, against
 * plain `fetch` of the same pages and n8n's list alone.
 */
export async function benchReading(
	{ n8n }: LoadedHistory,
	rounds: number,
	other?: OtherBuild,
): Promise<void> {
	const cells = await readingCells(n8n, other);
	const collect = await publishCollector(n8n);
	const body = { url: n8n.url, key: n8n.client.apiKey };
	const times: Measurements = new Map(cells.map(([name]) => [name, []]));
	const cpu: Measurements = new Map(cells.map(([name]) => [name, []]));
	const left: LeftMemory[] = [];
	let executions = 0;
	let events = 0;
	for (let round = 0; round <= rounds; round += 1) {
		for (const [name, measure] of round % 2 === 0 ? cells : [...cells].reverse()) {
			const before = cpuMs(n8n.pid);
			const { ms, count } = await measure(body);
			const cpuTime = cpuMs(n8n.pid) - before;
			if (round > 0) times.get(name)?.push(ms);
			if (round > 0) cpu.get(name)?.push(cpuTime);
			console.log(
				`  round ${round}, ${name}: ${ms.toFixed(0)} ms, ${cpuTime} ms of CPU time; n8n has ${residentMb(n8n.pid).toFixed(0)} MB`,
			);
			if (name === PLAIN) executions = count;
			else if (name.startsWith('Get')) events = count;
		}
		const memory = await collect();
		left.push(memory);
		console.log(`  round ${round}, all garbage collected: ${inWords(memory)}`);
	}
	console.log('');
	const group = `Reading ${executions} executions, which hold ${events} events`;
	for (const [name, all] of times) {
		tellFigure({ group, name, ...spread(all.map((ms) => ms / 1_000)), unit: 's' });
	}
	for (const [name, all] of cpu) {
		const seconds = spread(all.map((ms) => ms / 1_000));
		tellFigure({ group, name: `${name}, n8n's CPU time`, ...seconds, unit: 's' });
	}
	const byPlain = ratioOf(times.get(PLAIN) ?? [], times.get(anew('getMany')) ?? []);
	const name = `${anew('getMany')} / plain fetch, in speed`;
	tellFigure({ group, name, ...byPlain, aim: { atLeast: RATIO } });
	tellSecondReads(group, times, cpu, other !== undefined);
	tellLeft(group, left);
}

/** The second reads against those that remember nothing, and the most that n8n's list allows. */
function tellSecondReads(
	group: string,
	times: Measurements,
	cpu: Measurements,
	isAgainstOther: boolean,
): void {
	const against = isAgainstOther ? 'the other build' : 'nothing remembered';
	for (const operation of OPERATIONS) {
		// Before there were reports, the nearest to one was Summarize.
		const others = byOther(operation === 'report' ? 'summarize' : operation);
		const slow = isAgainstOther ? others : anew(operation);
		const ratio = (measured: Measurements, fast: string) =>
			ratioOf(measured.get(slow) ?? [], measured.get(fast) ?? []);
		const tell = (fast: string, aim?: { readonly atLeast: number }) => {
			const name = `${fast} / ${isAgainstOther ? others : against}`;
			tellFigure({
				group,
				name: `${name}, in speed`,
				...ratio(times, fast),
				...(aim === undefined ? {} : { aim }),
			});
			tellFigure({ group, name: `${name}, in n8n's CPU time`, ...ratio(cpu, fast) });
		};
		tell(again(operation), { atLeast: AGAIN_RATIO });
		if (operation !== 'report') tell(LIST);
	}
}

/** Whether rounds leave something behind. */
function tellLeft(group: string, left: readonly LeftMemory[]): void {
	const [first, last] = [left[1] ?? left[0], left.at(-1)];
	if (first === undefined || last === undefined) return;
	const used = ({ heapUsed, external }: LeftMemory) => (heapUsed + external) / MB;
	const name = `Memory in use after all garbage was collected, after ${left.length} rounds`;
	tellFigure({ group, name, value: used(last), unit: 'MB' });
	tellFigure({
		group,
		name: 'Memory in use that the rounds after the second one have left behind',
		value: used(last) - used(first),
		unit: 'MB',
		aim: { atMost: FLAT_MB },
	});
}

function inWords({ heapUsed, external, rss }: LeftMemory): string {
	const mb = (bytes: number) => (bytes / MB).toFixed(1);
	return `${mb(heapUsed)} MB of V8's heap and ${mb(external)} MB beside it in use, ${mb(rss)} MB resident`;
}
