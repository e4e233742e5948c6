// npm run bench:deliver: what delivering webhooks costs, side by side in one run.
import { ensureBuild } from './build.mts';
import { ensureRuntime } from './n8n/installRuntime.mts';
import { commandOptions } from './support/commandOptions.mts';

commandOptions(`Measures what delivering webhooks costs.\n\n  npm run bench:deliver`, {});
await ensureBuild();
await ensureRuntime();
// Loads n8n-core, which has to be installed by then.
const { benchDeliver } = await import('../bench/deliver.mts');
await benchDeliver({ rounds: Number(process.env.BENCH_ROUNDS ?? 15) });
process.exit();
