import { PROCESSORS, type ClusterOptions } from '../scripts/cluster/n8nCluster.mts';
import { withHeartbeat } from '../scripts/support/step.mjs';
import { TestCluster } from '../test/support/testCluster.mts';
import { faketimeLibrary, measureWrongClocks, wrongClocks } from './cluster/clock.mts';
import { measureCosts } from './cluster/costs.mts';
import { FAULTS } from './cluster/faults.mts';
import { measureManyEvents } from './cluster/manyEvents.mts';
import { measureRedisAlone } from './cluster/redisAlone.mts';
import { measurePinned } from './cluster/pinned.mts';
import { linkOtherBuild, type OtherBuild } from './otherBuild.mts';
import { Usage } from './cluster/usage.mts';
import { measureReceiving } from './cluster/receiving.mts';

/** What can be measured, in the order in which it is. */
export const PARTS = [
	'redis',
	'receive',
	'cost',
	'pinned',
	'many',
	'faults',
	'memoryOnly',
	'clock',
] as const;
export type Part = (typeof PARTS)[number];

/** Parts that need another cluster than the others, or none. */
const OF_THEIR_OWN: ReadonlySet<Part> = new Set(['redis', 'memoryOnly', 'clock']);

export interface ClusterBenchOptions {
	readonly parts: readonly Part[];
	/** Of one measurement. */
	readonly seconds: number;
	readonly rounds: number;
	/** Of the events in random order. */
	readonly events: number;
	/** A checkout of another build of this package, measured in the same run. */
	readonly against?: string;
}

/** Runs the parts on one real cluster, and prints what each process took. @returns whether nothing was lost or doubled */
export async function benchCluster(options: ClusterBenchOptions): Promise<boolean> {
	const { parts } = options;
	let isClean = true;
	let other: OtherBuild | undefined;
	const prepare = (userFolder: string) => {
		if (options.against !== undefined) other = linkOtherBuild(userFolder, options.against);
	};
	const withCluster = async (
		settings: Pick<ClusterOptions, 'appendOnly' | 'envOf'>,
		work: (cluster: TestCluster) => Promise<void>,
	) => {
		const cluster = await TestCluster.start({ ...settings, onStep: withHeartbeat, prepare });
		const stop = () => void cluster.close().finally(() => process.exit(130));
		process.once('SIGINT', stop).once('SIGTERM', stop);
		try {
			await work(cluster);
		} finally {
			process.removeListener('SIGINT', stop).removeListener('SIGTERM', stop);
			await cluster.close();
		}
	};
	const during = async (cluster: TestCluster, title: string, work: () => Promise<unknown>) => {
		console.log(`\n${title}`);
		const usage = new Usage(cluster.cluster);
		await work();
		usage.print();
	};
	if (parts.includes('redis')) {
		console.log('\nWhat one accepted event costs Redis, without n8n');
		await measureRedisAlone();
	}
	if (parts.some((part) => !OF_THEIR_OWN.has(part))) {
		await withCluster({ appendOnly: true }, async (cluster) => {
			const processor = cluster.cluster.url(PROCESSORS[0]);
			if (parts.includes('receive')) {
				await during(cluster, 'Receiving, through one processor', async () => {
					await measureReceiving(cluster, processor, options, other);
				});
			}
			if (parts.includes('cost')) {
				await during(cluster, 'What one accepted event costs Redis', async () => {
					await measureCosts(cluster);
				});
			}
			if (parts.includes('pinned')) {
				await during(cluster, 'Two processors, each pinned to a core, and one', async () => {
					await measurePinned(cluster, options);
				});
			}
			if (parts.includes('many')) {
				await during(cluster, 'Many events in random order, three in ten again', async () => {
					isClean = (await measureManyEvents(cluster, options.events)) && isClean;
				});
			}
			if (parts.includes('faults')) {
				for (const { title, run } of FAULTS) {
					await during(cluster, title, async () => {
						isClean = (await run(cluster, 'Faults')) && isClean;
					});
				}
			}
		});
	}
	if (parts.includes('memoryOnly')) {
		await withCluster({ appendOnly: false }, async (cluster) => {
			for (const { title, run } of FAULTS.filter(({ isForMemoryOnly }) => isForMemoryOnly)) {
				await during(cluster, `${title}, without a file`, async () => {
					const group = 'Faults, with a Redis that writes nothing down';
					isClean = (await run(cluster, group)) && isClean;
				});
			}
		});
	}
	if (parts.includes('clock')) {
		const title = "A processor's clock 10 minutes ahead, a worker's 10 minutes behind";
		const library = faketimeLibrary();
		if (library === undefined) {
			console.log(`\n${title}: not measured, it needs faketime: apt-get install`);
			return isClean;
		}
		await withCluster({ appendOnly: true, envOf: wrongClocks(library) }, async (cluster) => {
			await during(cluster, title, async () => {
				isClean = (await measureWrongClocks(cluster)) && isClean;
			});
		});
	}
	return isClean;
}
