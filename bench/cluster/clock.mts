import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterOptions } from '../../scripts/cluster/n8nCluster.mts';
import { aMoment, publishRecovery, Scene, withRepeats } from '../../test/cluster/scenes.mts';
import { randomNumbers } from '../../test/support/randomNumbers.mts';
import type { TestCluster } from '../../test/support/testCluster.mts';
import { tellCounts } from './faults.mts';

/** Events that are acknowledged before a worker is killed, and after it; and those in random order. */
const EVENTS = 40;

const GROUP = 'Faults, with clocks 10 minutes off';

/** Where Debian and others put it. */
const FOLDERS = ['/usr/lib', '/usr/lib64', '/usr/local/lib'];

/** The library that shifts the clock of a process; undefined where it is not installed. */
export function faketimeLibrary(): string | undefined {
	for (const folder of FOLDERS) {
		const names = ['', ...namesIn(folder)].map((name) => join(folder, name, 'faketime'));
		const found = names.find((name) => namesIn(name).includes('libfaketimeMT.so.1'));
		if (found !== undefined) return join(found, 'libfaketimeMT.so.1');
	}
	return undefined;
}

function namesIn(folder: string): string[] {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
}

/** One processor is ten minutes ahead, one worker ten minutes behind; the others are right. */
export function wrongClocks(library: string): NonNullable<ClusterOptions['envOf']> {
	const shifted = (by: string) => ({
		LD_PRELOAD: library,
		FAKETIME: by,
		// Timers go on as they are: the clock is wrong, and does not run faster.
		FAKETIME_DONT_FAKE_MONOTONIC: '1',
	});
	return { processor1: shifted('+600s'), worker1: shifted('-600s') };
}

/** Events in random order with repeats, then a worker that is killed. @returns whether all were once */
export async function measureWrongClocks(cluster: TestCluster): Promise<boolean> {
	const shown = await Promise.all(
		(['processor1', 'processor2'] as const).map(async (name) => {
			const answer = await fetch(`${cluster.cluster.url(name)}/healthz`);
			return Date.parse(answer.headers.get('date') ?? '') - Date.now();
		}),
	);
	console.log(`  clocks of the processors: ${shown.map((ms) => `${Math.round(ms / 1000)} s`)}`);
	const scene = await Scene.publish(cluster);
	const ids = Array.from({ length: 5 * EVENTS }, (_, index) => `CLOCK-${index + 1}`);
	const all = withRepeats(ids, 0.5, randomNumbers(31));
	await scene.sendAll(all, 20);
	const once = await scene.count(new Set(ids), all.length);
	const isCleanAtFirst = tellCounts(GROUP, 'Random order, half of them again', once);

	const recover = await publishRecovery(cluster);
	const underLoad = await Scene.publish(cluster, { following: [aMoment()] });
	const counts = await underLoad.underLoad(
		{ before: EVENTS, seed: 32 },
		async () => {
			await cluster.cluster.kill9('worker1');
			await cluster.cluster.startPart('worker1');
		},
		async () => await recover(0),
	);
	return tellCounts(GROUP, 'kill -9 of the worker that is behind', counts) && isCleanAtFirst;
}
