import { assertPortFree, lastingPorts, portFromEnv } from '../support/ports.mts';
import { N8N_NAMES } from './n8nCluster.mts';
import type { ClusterPorts, N8nName, PartName } from './n8nCluster.mts';

const PARTS: readonly PartName[] = ['redis', 'postgres', ...N8N_NAMES];

/** Ports that are free now, for all parts of a cluster. */
export async function freeClusterPorts(): Promise<ClusterPorts> {
	return portsFrom(await lastingPorts(PARTS.length + N8N_NAMES.length));
}

/**
 * The ports of `npm run cluster`: 5700 and those that follow, so that addresses stay the same, or from
 * `CLUSTER_PORT` on; any free ones where those are taken and none were asked for.
 *
 * @returns the parts' ports, and as many more
 * @throws where `CLUSTER_PORT` was set and one of them is taken
 */
export async function chooseClusterPorts(
	more: number,
): Promise<{ ports: ClusterPorts; others: number[] }> {
	const first = portFromEnv('CLUSTER_PORT', 5700);
	const count = PARTS.length + N8N_NAMES.length + more;
	const wanted = Array.from({ length: count }, (_, index) => first + index);
	const split = (all: readonly number[]) => ({
		ports: portsFrom(all.slice(more)),
		others: all.slice(0, more),
	});
	try {
		for (const port of wanted)
			await assertPortFree(port, 'the cluster', 'CLUSTER_PORT', 'npm run cluster');
		return split(wanted);
	} catch (error) {
		if (process.env.CLUSTER_PORT) throw error;
		return split(await lastingPorts(count));
	}
}

function portsFrom(numbers: readonly number[]): ClusterPorts {
	const take = (index: number) => numbers[index] ?? 0;
	const parts = Object.fromEntries(PARTS.map((name, index) => [name, take(index)]));
	const brokers = Object.fromEntries(
		N8N_NAMES.map((name, index) => [name, take(PARTS.length + index)]),
	);
	return {
		...(parts as Record<PartName, number>),
		brokers: brokers as Record<N8nName, number>,
	};
}
