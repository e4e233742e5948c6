import { waitUntilIdle } from '../../scripts/cluster/n8nCluster.mts';
import { PROCESSORS } from '../../scripts/cluster/n8nCluster.mts';
import type { TestCluster } from '../../test/support/testCluster.mts';
import { ratioOf, spread, tellFigure } from '../figures.mts';
import { CONNECTIONS, load, median, type LoadRequest, type LoadResult } from '../load.mts';
import type { OtherBuild } from '../otherBuild.mts';
import { prepareCells, type Cell } from '../receiveCells.mts';

export interface LoadOptions {
	readonly seconds: number;
	readonly rounds: number;
}

/** Ratios of throughput that are to be reached. */
const AIMS = [
	['accepted', 'webhook', 1],
	['forged', 'webhook', 5],
	['asked', 'known', 0.8],
	['accepted', 'other', 0.97],
	['known', 'otherKnown', 0.95],
] as const;

type Name = 'webhook' | 'accepted' | 'forged' | 'known' | 'asked' | 'other' | 'otherKnown';

interface Loaded {
	readonly name: Name;
	readonly title: string;
	readonly url: string;
	readonly status: number;
	readonly workflowId: string;
	/** Whether each answer is to have left one execution behind; else none may. */
	readonly startsExecutions: boolean;
	/** How many are sent, instead of for how long. */
	readonly extent?: { readonly amount: number };
	/** Makes ready for one round; not measured. */
	readonly prepare?: () => Promise<void>;
	readonly next: () => LoadRequest;
}

/**
 * Requests that the other processor has accepted. The trigger remembers 1,000 events unless told otherwise,
 * and what it has forgotten is no duplicate.
 */
const KNOWN_ELSEWHERE = 800;
const AT_ONCE = 20;

/** Prints what one processor takes of each kind of delivery, in turn, and the ratios. */
export async function measureReceiving(
	cluster: TestCluster,
	processor: string,
	options: LoadOptions,
	other?: OtherBuild,
): Promise<void> {
	const cells = await prepareCells(cluster.client, other);
	const cell = (key: Cell['key']): Cell => {
		const found = cells.find((one) => one.key === key);
		if (found === undefined) throw new Error(`There is no cell ${key}`);
		return found;
	};
	const at = (address: string, url: string) => new URL(new URL(url).pathname, address).href;
	const here = (key: Cell['key']) => at(processor, cell(key).url);
	for (const key of other === undefined ? (['a', 'b'] as const) : (['a', 'b', 'o'] as const)) {
		await cluster.cluster.waitForWebhook(new URL(cell(key).url).pathname.replace('/webhook/', ''));
	}
	const elsewhere = at(cluster.cluster.url(PROCESSORS[1]), cell('b').url);
	// Accepted by the other processor in the first preparation, and sent to this one once each.
	let waiting: LoadRequest[] = [];
	const loaded = (name: Name, title: string, key: Cell['key']): Loaded => {
		const { workflowId, status, startsExecutions, next } = cell(key);
		return { name, title, url: here(key), workflowId, status, startsExecutions, next };
	};
	const repeated = other === undefined ? cell('e').next() : cell('o').next();
	const all: Loaded[] = [
		loaded('webhook', "n8n's Webhook node", 'a'),
		loaded('accepted', 'accepted', 'b'),
		...(other === undefined
			? []
			: [
					loaded('other', 'accepted by the other build', 'o'),
					{
						...loaded('otherKnown', "duplicates, which the other build's memory knows", 'o'),
						startsExecutions: false,
						next: () => repeated,
						prepare: async () => {
							await fetch(here('o'), { method: 'POST', ...repeated });
						},
					},
				]),
		loaded('forged', 'forged, refused', 'd'),
		{
			...loaded('known', 'duplicates that the processor knows', 'e'),
			prepare: async () => {
				await fetch(here('e'), { method: 'POST', ...cell('e').next() });
			},
		},
		{
			...loaded('asked', 'duplicates that only Redis knows', 'b'),
			startsExecutions: false,
			// Autocannon makes the next request of a connection before it knows that none is left to send.
			extent: { amount: KNOWN_ELSEWHERE - CONNECTIONS },
			prepare: async () => {
				waiting = Array.from({ length: KNOWN_ELSEWHERE }, () => cell('b').next());
				await sendAll(elsewhere, waiting);
			},
			next: () => {
				const one = waiting.pop();
				if (one === undefined) throw new Error('More was sent than was prepared');
				return one;
			},
		},
	];
	const results = new Map<Name, LoadResult[]>(all.map(({ name }) => [name, []]));
	for (const one of all.filter(({ name }) => name !== 'asked')) await load(one.url, 2, one.next);
	await waitUntilIdle(cluster.client);
	for (let round = 0; round < options.rounds; round++) {
		for (const one of round % 2 === 0 ? all : [...all].reverse()) {
			await one.prepare?.();
			await waitUntilIdle(cluster.client);
			const before = await countExecutions(cluster, one);
			const result = await load(one.url, one.extent ?? options.seconds, one.next);
			results.get(one.name)?.push(result);
			await waitUntilIdle(cluster.client);
			assertHandled(one, result, (await countExecutions(cluster, one)) - before);
		}
	}
	const ratesOf = (name: Name) => (results.get(name) ?? []).map((one) => one.requestsPerSecond);
	const group = 'Receiving, through one processor';
	for (const { name, title } of all) {
		const rates = ratesOf(name);
		const p50 = Math.round(median((results.get(name) ?? []).map((one) => one.p50)));
		const shown = `${title} (p50 ${p50} ms)`;
		tellFigure({ group, name: shown, ...spread(rates), unit: 'requests/s' });
	}
	for (const [of, by, aim] of AIMS) {
		if (by.startsWith('other') && other === undefined) continue;
		const ratio = ratioOf(ratesOf(of), ratesOf(by));
		const title = [of, by].map((name) => all.find((one) => one.name === name)?.title).join(' / ');
		tellFigure({ group, name: title, ...ratio, aim: { atLeast: aim } });
	}
}

async function countExecutions(cluster: TestCluster, { workflowId }: Loaded): Promise<number> {
	const [row] = await cluster.sql<{ count: string }>(
		'SELECT count(*) FROM execution_entity WHERE "workflowId" = $1',
		[workflowId],
	);
	return Number(row?.count);
}

/** @throws where a delivery was answered otherwise, or left behind what it must not */
function assertHandled(
	{ title, status, startsExecutions }: Loaded,
	{ statuses }: LoadResult,
	started: number,
): void {
	const answered = statuses[status] ?? 0;
	if (Object.keys(statuses).some((other) => Number(other) !== status)) {
		throw new Error(`${title}: answered ${JSON.stringify(statuses)}`);
	}
	// Requests in flight when the load stops are counted by n8n alone.
	const most = startsExecutions ? answered + CONNECTIONS : 0;
	if (started < (startsExecutions ? answered : 0) || started > most) {
		throw new Error(`${title}: ${answered} answers left ${started} executions`);
	}
}

/** Posts all, 20 at a time. */
export async function sendAll(url: string, requests: readonly LoadRequest[]): Promise<void> {
	const left = [...requests];
	await Promise.all(
		Array.from({ length: AT_ONCE }, async () => {
			for (let one = left.pop(); one !== undefined; one = left.pop()) {
				const answer = await fetch(url, { method: 'POST', ...one });
				await answer.arrayBuffer();
			}
		}),
	);
}
