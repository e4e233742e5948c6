// npm run bench:history [-- --against <folder of another built checkout>]: what reading and replaying
// the history costs, side by side in one run.
import { benchHistory } from '../bench/history.mts';
import { ensureBuild } from './build.mts';
import { ensureRuntime } from './n8n/installRuntime.mts';
import { commandOptions } from './support/commandOptions.mts';

const { values } = commandOptions(
	`Measures what reading and replaying the history costs, side by side in one run.

  npm run bench:history [-- --against <folder>]

  --against   folder of another built checkout of this package: measured in the same run`,
	{ against: { type: 'string' } },
);
await ensureBuild();
await ensureRuntime();
await benchHistory({
	executions: Number(process.env.BENCH_EXECUTIONS ?? 10_000),
	replays: Number(process.env.BENCH_REPLAYS ?? 1_000),
	rounds: Number(process.env.BENCH_ROUNDS ?? 3),
	peaks: process.env.BENCH_PEAKS !== '0',
	against: values.against,
});
process.exit();
