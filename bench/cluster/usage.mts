import { readdirSync, readFileSync } from 'node:fs';
import type { N8nCluster, PartName } from '../../scripts/cluster/n8nCluster.mts';

/** What all processes of a group took so far. */
interface Taken {
	/** Seconds of processor time. */
	readonly cpu: number;
	/** Megabytes in use now. */
	readonly memory: number;
}

/** Linux counts processor time in hundredths of a second for everybody. */
const TICKS = 100;
const PAGE_BYTES = 4_096;

/** What each part of a cluster takes from its making on. Linux only; elsewhere it has nothing to print. */
export class Usage {
	readonly #cluster: N8nCluster;
	readonly #before: ReadonlyMap<PartName, Taken>;
	readonly #since = performance.now();

	constructor(cluster: N8nCluster) {
		this.#cluster = cluster;
		this.#before = this.#now();
	}

	/** Milliseconds of processor time for one of so many events: of main, the processors, the workers and the servers. */
	each(events: number): Map<string, number> {
		const each = new Map<string, number>();
		for (const [name, { cpu }] of this.#now()) {
			const kind = name.replace(/\d+$/, 's');
			const used = cpu - (this.#before.get(name)?.cpu ?? 0);
			each.set(kind, (each.get(kind) ?? 0) + (1_000 * used) / events);
		}
		return each;
	}

	print(): void {
		const seconds = (performance.now() - this.#since) / 1_000;
		const parts = [...this.#now()].map(([name, { cpu, memory }]) => {
			// One that was killed meanwhile began anew.
			const used = cpu - Math.min(cpu, this.#before.get(name)?.cpu ?? 0);
			return `${name} ${((100 * used) / seconds).toFixed(0)} % ${memory.toFixed(0)} MB`;
		});
		console.log(`  of a core, and memory, over ${seconds.toFixed(0)} s: ${parts.join(', ')}`);
	}

	#now(): Map<PartName, Taken> {
		const groups = new Map([...this.#cluster.pids()].map(([name, pid]) => [pid, name]));
		const taken = new Map<PartName, Taken>();
		for (const pid of processes()) {
			const stat = statOf(pid);
			// PostgreSQL's processes lead groups of their own, and have its main process as parent.
			const name =
				stat === undefined
					? undefined
					: (groups.get(stat.group) ?? groups.get(statOf(String(stat.parent))?.group ?? 0));
			if (stat === undefined || name === undefined) continue;
			const { cpu, memory } = taken.get(name) ?? { cpu: 0, memory: 0 };
			taken.set(name, { cpu: cpu + stat.cpu, memory: memory + stat.memory });
		}
		return new Map([...taken].sort(([a], [b]) => a.localeCompare(b)));
	}
}

function processes(): string[] {
	try {
		return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
	} catch {
		return [];
	}
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function statOf(pid: string): (Taken & { parent: number; group: number }) | undefined {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
		const fields = stat
			.slice(stat.lastIndexOf(')') + 2)
			.split(' ')
			.map(Number);
		const [, parent = 0, group = 0] = fields;
		// Its own, and that of children that have ended: PostgreSQL has one for each connection.
		const cpu = fields.slice(11, 15).reduce((sum, ticks) => sum + ticks, 0) / TICKS;
		// Shared pages count once for each process: PostgreSQL's are many.
		const memory = ((fields[21] ?? 0) * PAGE_BYTES) / 1e6;
		return { parent, group, cpu, memory };
	} catch {
		return undefined; // it has ended
	}
}
