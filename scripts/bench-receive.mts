// npm run bench:receive [-- --against <folder of another built checkout>]: what it costs to receive a
// delivery, side by side in one run.
import { ensureBuild } from './build.mts';
import { ensureRuntime } from './n8n/installRuntime.mts';
import { commandOptions } from './support/commandOptions.mts';
import { benchReceive } from '../bench/receive.mts';

const { values } = commandOptions(
	`Measures what it costs to receive a delivery, side by side in one run.

  npm run bench:receive [-- --against <folder>]

  --against   folder of another built checkout of this package: measured in the same run`,
	{ against: { type: 'string' } },
);
await ensureBuild();
await benchReceive(await ensureRuntime(), {
	seconds: Number(process.env.BENCH_SECONDS ?? 8),
	rounds: Number(process.env.BENCH_ROUNDS ?? 5),
	against: values.against,
});
