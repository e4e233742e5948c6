// npm run bench:history: what reading and replaying the history costs, side by side in one run.
import { benchHistory } from '../bench/history.mts';
import { ensureBuild } from './build.mts';
import { ensureRuntime } from './n8n/installRuntime.mts';

await ensureBuild();
await ensureRuntime();
await benchHistory({
	executions: Number(process.env.BENCH_EXECUTIONS ?? 10_000),
	replays: Number(process.env.BENCH_REPLAYS ?? 1_000),
	rounds: Number(process.env.BENCH_ROUNDS ?? 3),
});
process.exit();
