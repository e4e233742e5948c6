import { LAST, Scene, withRepeats } from '../../test/cluster/scenes.mts';
import { randomNumbers } from '../../test/support/randomNumbers.mts';
import type { TestCluster } from '../../test/support/testCluster.mts';
import { tellCounts } from './faults.mts';

/** Sends so many events over both processors in random order. @returns whether each ran once and its key is kept */
export async function measureManyEvents(cluster: TestCluster, events: number): Promise<boolean> {
	const scene = await Scene.publish(cluster, { options: { deduplicationCapacity: 50_000 } });
	const ids = Array.from({ length: events }, (_, index) => `MANY-${index + 1}`);
	const all = withRepeats(ids, 0.3, randomNumbers(3));
	const started = performance.now();
	await scene.sendAll(all, 20);
	const sentAfter = (performance.now() - started) / 1_000;
	const counts = await scene.count(new Set(ids), all.length);
	const seconds = (performance.now() - started) / 1_000;
	const keys = await cluster.keysHeld(scene.workflowId);
	const what = 'in random order, three in ten sent again';
	const isClean = tellCounts('Many events', what, counts);
	console.log(
		`  acknowledged after ${sentAfter.toFixed(0)} s, run to the node ${LAST} after ${seconds.toFixed(0)} s; n8n's store holds ${keys} of ${events} keys`,
	);
	return isClean && keys === events && counts.executions === events;
}
