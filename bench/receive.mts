import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { N8nClient } from '../scripts/n8n/n8nClient.mts';
import { startN8n } from '../scripts/n8n/n8nProcess.mts';
import { linkPackage } from '../scripts/n8n/packageLink.mts';
import type { N8nRuntime } from '../scripts/n8n/runtimeFolder.mts';
import { CHECKOUT } from '../scripts/support/paths.mts';
import { freePorts } from '../scripts/support/ports.mts';
import { measureCapacities } from './claimCost.mts';
import { ratioOf, spread, tellFigure } from './figures.mts';
import { idle } from './idle.mts';
import { CONNECTIONS, load, median, type LoadResult } from './load.mts';
import { linkOtherBuild, type OtherBuild } from './otherBuild.mts';
import { prepareCells, type Cell } from './receiveCells.mts';

export interface BenchOptions {
	/** Of each measurement. */
	readonly seconds: number;
	/** Measurements of each cell; the order is turned round every time. */
	readonly rounds: number;
	/** A checkout of another build of this package, measured in the same run. */
	readonly against?: string;
}

type Key = Cell['key'];

/** What is to be reached: the first cell's throughput as a multiple of the second's. */
type Target = readonly [Key, Key, number];

/** Throughput, as a multiple of that of forged deliveries: what starts nothing must not cost more. */
const STARTS_NOTHING: readonly Target[] = [
	['e', 'd', 0.9],
	['f', 'd', 0.9],
];

/** One trigger is not dearer than the other. */
const ALIKE: Target = ['s', 'b', 0.97];

const NOT_SLOWER: Target = ['b', 'o', 0.97];

const SETTINGS: ReadonlyArray<{
	readonly title: string;
	readonly env: Record<string, string>;
	readonly targets: readonly Target[];
}> = [
	{
		title: 'N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE=true (as npm start sets it)',
		env: { N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true' },
		targets: [
			['b', 'a', 0.95],
			['b', 'c', 3],
			['d', 'a', 6],
			['e', 'a', 5.5],
			...STARTS_NOTHING,
			ALIKE,
		],
	},
	{
		title: "n8n's default: an isolate for every call of a community trigger",
		env: {},
		targets: [['b', 'a', 0.55], ['b', 'c', 1], ['d', 'a', 1.3], ['e', 'a', 1.3], ...STARTS_NOTHING],
	},
];

/** Runs all cells under both settings of n8n and prints medians and ratios. */
export async function benchReceive(runtime: N8nRuntime, options: BenchOptions): Promise<void> {
	console.log(
		`autocannon, ${CONNECTIONS} connections, ${options.rounds} rounds of ${options.seconds} s a cell, order turned round each time; n8n 2.41.1, SQLite, all executions saved.`,
	);
	for (const { title, env, targets } of SETTINGS) {
		console.log(`\n${title}`);
		await withN8n(runtime, env, options.against, async (client, userFolder, other) => {
			const cells = await prepareCells(client, other);
			const results = await measure(client, cells, options);
			report(title, cells, results, other === undefined ? targets : [...targets, NOT_SLOWER]);
			if (Object.keys(env).length > 0) await measureCapacities(client, userFolder, options.seconds);
		});
	}
}

async function withN8n(
	runtime: N8nRuntime,
	env: Record<string, string>,
	against: string | undefined,
	run: (client: N8nClient, userFolder: string, other?: OtherBuild) => Promise<void>,
): Promise<void> {
	const userFolder = mkdtempSync(join(tmpdir(), 'n8n-bench-'));
	linkPackage(userFolder, CHECKOUT);
	const other = against === undefined ? undefined : linkOtherBuild(userFolder, against);
	const [port = 0, brokerPort = 0] = await freePorts(2);
	const encryptionKey = randomBytes(24).toString('hex');
	const n8n = await startN8n({ runtime, port, brokerPort, userFolder, encryptionKey, env });
	const stop = () => void n8n.kill9();
	process.once('SIGINT', stop).once('SIGTERM', stop);
	try {
		const client = new N8nClient(n8n.url);
		const password = `Aa1${randomBytes(12).toString('hex')}`;
		await client.setUpOwnerOrLogIn({ email: 'owner@bench.example', password });
		await client.createApiKey('bench');
		await run(client, userFolder, other);
	} finally {
		await n8n.stop();
		process.removeListener('SIGINT', stop).removeListener('SIGTERM', stop);
		rmSync(userFolder, { recursive: true, force: true });
	}
}

async function measure(
	client: N8nClient,
	cells: readonly Cell[],
	{ seconds, rounds }: BenchOptions,
): Promise<Map<Key, LoadResult[]>> {
	const results = new Map<Key, LoadResult[]>(cells.map(({ key }) => [key, []]));
	for (const cell of cells) await load(cell.url, Math.min(3, seconds), cell.next);
	await idle(client);
	for (let round = 0; round < rounds; round++) {
		const order = round % 2 === 0 ? cells : [...cells].reverse();
		for (const cell of order) {
			// The repeated event may have been pushed out of the memory by those of the other cells.
			await fetch(cell.url, { method: 'POST', ...cell.next() });
			await idle(client);
			const before = await countExecutions(client, cell.workflowId);
			const result = await load(cell.url, seconds, cell.next);
			await idle(client);
			const started = (await countExecutions(client, cell.workflowId)) - before;
			check(cell, result, started);
			results.get(cell.key)?.push(result);
			process.stdout.write(`  ${cell.key} ${result.requestsPerSecond.toFixed(1)}/s`);
		}
		process.stdout.write('\n');
	}
	return results;
}

/** A figure of answers that were not what they should be is no figure. */
function check(cell: Cell, { statuses }: LoadResult, started: number): void {
	const answered = statuses[cell.status] ?? 0;
	const others = Object.entries(statuses).filter(([status]) => Number(status) !== cell.status);
	if (others.length > 0 || answered === 0) {
		throw new Error(`Cell ${cell.key} was answered ${JSON.stringify(statuses)}`);
	}
	// Requests in flight when autocannon stops are counted by n8n alone.
	const tooFew = cell.startsExecutions && started < answered;
	const tooMany = started > (cell.startsExecutions ? answered + CONNECTIONS : 0);
	if (tooFew || tooMany) {
		throw new Error(`Cell ${cell.key}: ${answered} answers left ${started} executions`);
	}
}

async function countExecutions(client: N8nClient, workflowId: string): Promise<number> {
	const { count } = await client.rest<{ count: number }>(
		'GET',
		`/executions?filter=${encodeURIComponent(JSON.stringify({ workflowId }))}&limit=1`,
	);
	return count;
}

function report(
	group: string,
	cells: readonly Cell[],
	results: ReadonlyMap<Key, LoadResult[]>,
	targets: readonly Target[],
): void {
	const rates = (key: Key) => (results.get(key) ?? []).map((run) => run.requestsPerSecond);
	console.log('');
	for (const { key, name } of cells) {
		const runs = results.get(key) ?? [];
		const [p50, p99] = [median(runs.map((r) => r.p50)), median(runs.map((r) => r.p99))];
		const shown = `${name} (p50 ${p50} ms, p99 ${p99} ms)`;
		tellFigure({ group, name: shown, ...spread(rates(key)), unit: 'requests/s' });
	}
	const nameOf = (key: Key) => cells.find((cell) => cell.key === key)?.name ?? key;
	for (const [of, by, target] of targets) {
		const name = `${nameOf(of)} / ${nameOf(by)}`;
		tellFigure({ group, name, ...ratioOf(rates(of), rates(by)), aim: { atLeast: target } });
	}
}
