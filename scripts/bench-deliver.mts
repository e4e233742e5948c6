// npm run bench:deliver: what delivering webhooks costs, side by side in one run.
import { ensureBuild } from './build.mts';
import { ensureRuntime } from './n8n/installRuntime.mts';

await ensureBuild();
await ensureRuntime();
// Loads n8n-core, which has to be installed by then.
const { benchDeliver } = await import('../bench/deliver.mts');
await benchDeliver({ rounds: Number(process.env.BENCH_ROUNDS ?? 15) });
process.exit();
