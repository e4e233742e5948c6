// npm run bench:receive [-- --against <folder of another built checkout>]: what it costs to receive a
// delivery, side by side in one run.
import { parseArgs } from 'node:util';
import { ensureBuild } from './build.mts';
import { ensureRuntime } from './n8n/installRuntime.mts';
import { benchReceive } from '../bench/receive.mts';

const { values } = parseArgs({ options: { against: { type: 'string' } } });
await ensureBuild();
await benchReceive(await ensureRuntime(), {
	seconds: Number(process.env.BENCH_SECONDS ?? 8),
	rounds: Number(process.env.BENCH_ROUNDS ?? 5),
	against: values.against,
});
