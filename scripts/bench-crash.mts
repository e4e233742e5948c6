// npm run bench:crash [-- kills [seed]]: counts what kill -9 at random moments loses or doubles.
import { benchCrash } from '../bench/crash.mts';
import { ensureBuild } from './build.mts';
import { ensureRuntime } from './n8n/installRuntime.mts';
import { commandOptions } from './support/commandOptions.mts';

const { positionals } = commandOptions(
	`Counts what kill -9 at random moments loses or doubles.

  npm run bench:crash [-- kills [seed]]

  Default: 200 kills, seed 1.`,
	{},
	{ takesNames: true },
);
const [kills, seed] = positionals.map(Number);
await ensureBuild();
await ensureRuntime();
const isClean = await benchCrash({
	kills: kills ?? Number(process.env.BENCH_KILLS ?? 200),
	seed: seed ?? 1,
	eventsPerSecond: Number(process.env.BENCH_EVENTS_PER_SECOND ?? 4),
	longestLifeMs: Number(process.env.BENCH_LONGEST_LIFE_MS ?? 8_000),
});
process.exit(isClean ? 0 : 1);
