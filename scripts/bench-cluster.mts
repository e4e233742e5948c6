// npm run bench:cluster [-- redis receive cost pinned many faults memoryOnly clock] [--against <folder of another
// built checkout>]: what a real cluster takes, what it costs, and what faults lose or double; all parts where
// none is named.
import { benchCluster, PARTS } from '../bench/cluster.mts';
import type { Part } from '../bench/cluster.mts';
import { ensureBuild } from './build.mts';
import { missingPrograms } from './cluster/missing.mts';
import { ensureRuntime } from './n8n/installRuntime.mts';
import { commandOptions } from './support/commandOptions.mts';

const { values, positionals: asked } = commandOptions(
	`Measures what a real cluster takes, what it costs, and what faults lose or double.

  npm run bench:cluster [-- <parts>] [--against <folder>]

  Parts       ${PARTS.join(', ')}
              Default: all of them.
  --against   folder of another built checkout of this package: measured in the same run`,
	{ against: { type: 'string' } },
	{ takesNames: true },
);
const missing = missingPrograms();
const unknown = asked.filter((name) => !PARTS.some((part) => part === name));
if (missing.length > 0 || unknown.length > 0) {
	for (const line of missing) console.error(line);
	for (const name of unknown) console.error(`There is no part ${name}. Parts: ${PARTS.join(', ')}`);
	process.exit(2);
}
await ensureBuild();
await ensureRuntime();
const isClean = await benchCluster({
	parts: asked.length > 0 ? (asked as Part[]) : PARTS,
	seconds: Number(process.env.BENCH_SECONDS ?? 8),
	rounds: Number(process.env.BENCH_ROUNDS ?? 5),
	against: values.against,
	events: Number(process.env.BENCH_EVENTS ?? 10_000),
});
process.exit(isClean ? 0 : 1);
