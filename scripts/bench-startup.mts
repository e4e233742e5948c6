// npm run bench:startup [-- --against <folder of another built checkout>]: what the package costs an
// n8n that has it, side by side in one run.
import { parseArgs } from 'node:util';
import { benchStartup } from '../bench/startup.mts';
import { ensureBuild } from './build.mts';
import { ensureRuntime } from './n8n/installRuntime.mts';

const { values } = parseArgs({ options: { against: { type: 'string' } } });
await ensureBuild();
await benchStartup(await ensureRuntime(), {
	rounds: Number(process.env.BENCH_ROUNDS ?? 9),
	starts: Number(process.env.BENCH_STARTS ?? 7),
	against: values.against,
});
