// npm run bench:realtime: what broadcasting and listening cost, side by side in one run.
import { ensureBuild } from './build.mts';
import { ensureRuntime } from './n8n/installRuntime.mts';
import { commandOptions } from './support/commandOptions.mts';

commandOptions(`Measures what broadcasting and listening cost.\n\n  npm run bench:realtime`, {});
await ensureBuild();
await ensureRuntime();
// Loads n8n-core, which has to be installed by then.
const { benchRealtime } = await import('../bench/realtime.mts');
await benchRealtime({
	items: Number(process.env.BENCH_ITEMS ?? 2000),
	rounds: Number(process.env.BENCH_ROUNDS ?? 7),
});
process.exit();
