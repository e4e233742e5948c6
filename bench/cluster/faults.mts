import { setTimeout as sleep } from 'node:timers/promises';
import { aMoment, publishRecovery, Scene, type Counts } from '../../test/cluster/scenes.mts';
import type { TestCluster } from '../../test/support/testCluster.mts';
import { tellLostAndDoubled } from '../figures.mts';

interface Fault {
	readonly title: string;
	/** Whether it is worth a run with a Redis that writes nothing down. */
	readonly isForMemoryOnly?: boolean;
	/** @returns whether nothing was lost and nothing doubled */
	run(cluster: TestCluster, group: string): Promise<boolean>;
}

/** Acknowledged before it happens, and after it. */
const EVENTS = 40;

export function tellCounts(group: string, what: string, counts: Counts): boolean {
	const { deliveries, executions, statuses } = counts;
	console.log(`  ${deliveries} deliveries, ${executions} executions ${JSON.stringify(statuses)}`);
	return tellLostAndDoubled(group, what, counts);
}

const fault = (
	title: string,
	seed: number,
	happens: (cluster: TestCluster) => Promise<void>,
	more: Pick<Fault, 'isForMemoryOnly'> = {},
): Fault => ({
	...more,
	title,
	run: async (cluster, group) => {
		const recover = await publishRecovery(cluster);
		const scene = await Scene.publish(cluster, { following: [aMoment()] });
		const counts = await scene.underLoad(
			{ before: EVENTS, seed },
			async () => await happens(cluster),
			async () => {
				// Asking is work for who is asked.
				await sleep(2_000);
				await recover(0);
			},
		);
		return tellCounts(group, title, counts);
	},
});

const away = (name: 'redis' | 'postgres', seconds: number) => async (cluster: TestCluster) => {
	await cluster.cluster.kill9(name);
	await sleep(seconds * 1_000);
	await cluster.cluster.startPart(name);
};

/** What takes too long for a test of every day. */
export const FAULTS: readonly Fault[] = [
	fault('kill -9 of Redis, at once back', 21, away('redis', 0), { isForMemoryOnly: true }),
	fault('kill -9 of Redis, back after 20 s', 22, away('redis', 20)),
	fault('kill -9 of PostgreSQL, at once back', 23, away('postgres', 0)),
	fault('kill -9 of PostgreSQL, back after 9 s', 24, away('postgres', 9)),
	fault('kill -9 of main, back after 10 s', 25, async ({ cluster }) => {
		await cluster.kill9('main');
		await sleep(10_000);
		await cluster.startPart('main');
	}),
];
