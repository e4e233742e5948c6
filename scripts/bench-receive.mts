// npm run bench:receive: what it costs to receive a delivery, side by side in one run.
import { ensureBuild } from './build.mts';
import { ensureRuntime } from './n8n/installRuntime.mts';
import { benchReceive } from '../bench/receive.mts';

await ensureBuild();
await benchReceive(await ensureRuntime(), {
	seconds: Number(process.env.BENCH_SECONDS ?? 8),
	rounds: Number(process.env.BENCH_ROUNDS ?? 5),
});
