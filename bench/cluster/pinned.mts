import { spawnSync } from 'node:child_process';
import { PROCESSORS, waitUntilIdle } from '../../scripts/cluster/n8nCluster.mts';
import type { TestCluster } from '../../test/support/testCluster.mts';
import { ratioOf, spread, tellFigure } from '../figures.mts';
import { load } from '../load.mts';
import { prepareCells } from '../receiveCells.mts';
import type { LoadOptions } from './receiving.mts';

/** Prints what two processors with a core each take, as a multiple of one of them. */
export async function measurePinned(cluster: TestCluster, options: LoadOptions): Promise<void> {
	const pids = cluster.cluster.pids();
	for (const [core, name] of PROCESSORS.entries()) {
		const pinned = spawnSync('taskset', ['-acp', String(core), String(pids.get(name))]);
		if (pinned.status !== 0) {
			console.log('  Nothing was pinned: taskset is not here, or there is one core.');
			return;
		}
	}
	const cells = await prepareCells(cluster.client);
	const kinds = [
		['a', "n8n's Webhook node"],
		['b', 'accepted'],
		['d', 'forged, refused'],
	] as const;
	const group = 'Two processors with a core each / one with a core';
	let theirs: readonly number[] | undefined;
	for (const [key, title] of kinds) {
		const cell = cells.find((one) => one.key === key);
		if (cell === undefined) continue;
		const path = new URL(cell.url).pathname.replace('/webhook/', '');
		await cluster.cluster.waitForWebhook(path);
		const [first = '', second = ''] = cluster.urlsOf(path);
		const ratios: number[] = [];
		for (let round = 0; round < options.rounds; round++) {
			const one = await load(first, options.seconds, cell.next);
			await waitUntilIdle(cluster.client);
			const two = await Promise.all(
				[first, second].map(async (url) => await load(url, options.seconds, cell.next)),
			);
			await waitUntilIdle(cluster.client);
			const both = two.reduce((sum, { requestsPerSecond }) => sum + requestsPerSecond, 0);
			ratios.push(both / one.requestsPerSecond);
		}
		// What n8n itself gives on these cores is told, and is no aim of this package.
		const aim = theirs === undefined ? {} : { aim: { atLeast: 1.7 } };
		tellFigure({ group, name: title, ...spread(ratios), ...aim });
		if (theirs !== undefined) {
			tellFigure({ group, name: `${title}, as a multiple of n8n's`, ...ratioOf(ratios, theirs) });
		}
		theirs ??= ratios;
	}
	for (const name of PROCESSORS) spawnSync('taskset', ['-acp', '0-1023', String(pids.get(name))]);
}
