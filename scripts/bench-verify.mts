// npm run bench:verify: what checking a signature costs, beside the vendors' own libraries.
import { ensureBuild } from './build.mts';
import { ensureVendorSdks } from './peers/vendorSdks.mts';
import { commandOptions } from './support/commandOptions.mts';

commandOptions(
	`Measures what checking a signature costs, beside the vendors' own libraries.\n\n  npm run bench:verify`,
	{},
);
await ensureBuild();
await ensureVendorSdks();
// Loads the build, which has to be there by then.
const { benchVerify } = await import('../bench/verify.mts');
await benchVerify({ rounds: Number(process.env.BENCH_ROUNDS ?? 7) });
process.exit();
