// npm run bench:startup [-- --against <folder of another built checkout>]: what the package costs an
// n8n that has it, side by side in one run.
import { benchStartup } from '../bench/startup.mts';
import { ensureBuild } from './build.mts';
import { ensureRuntime } from './n8n/installRuntime.mts';
import { commandOptions } from './support/commandOptions.mts';

const { values } = commandOptions(
	`Measures what the package costs an n8n that has it, side by side in one run.

  npm run bench:startup [-- --against <folder>]

  --against   folder of another built checkout of this package: measured in the same run`,
	{ against: { type: 'string' } },
);
await ensureBuild();
await benchStartup(await ensureRuntime(), {
	rounds: Number(process.env.BENCH_ROUNDS ?? 9),
	starts: Number(process.env.BENCH_STARTS ?? 7),
	against: values.against,
});
