// npm run bench:verify: what checking a signature costs, beside the vendors' own libraries.
import { spawnSync } from 'node:child_process';
import { SLICES } from '../bench/slices.mts';
import { ensureBuild } from './build.mts';
import { ensureVendorSdks } from './peers/vendorSdks.mts';
import { commandOptions } from './support/commandOptions.mts';

const { positionals } = commandOptions(
	`Measures what checking a signature costs, beside the vendors' own libraries: each scheme in a process of its own.

  npm run bench:verify [-- <scheme>]

  Scheme      such as stripe. Default: all of them.`,
	{},
	{ takesNames: true },
);
await ensureBuild();
await ensureVendorSdks();
// Loads the build, which has to be there by then.
const { benchVerify, schemesToMeasure } = await import('../bench/verify.mts');
const rounds = Number(process.env.BENCH_ROUNDS ?? 7);
const schemes = schemesToMeasure();
const [named] = positionals;
if (named !== undefined) {
	const scheme = schemes.find((one) => one === named);
	if (scheme === undefined) {
		console.error(`There is no scheme '${named}'. Schemes: ${schemes.join(', ')}.`);
		process.exit(2);
	}
	await benchVerify({ rounds, scheme });
	process.exit();
}
console.log(
	`Checks of genuine and forged deliveries, each scheme in a process of its own, ${rounds} rounds after one that does not count. Each round is ${SLICES} slices of all in turn, a fraction of a millisecond each; its figure is the median slice. "bare": node:crypto alone, over the body, compared in constant time; for Ed25519 over all that is signed, put into one buffer.`,
);
for (const each of schemes) {
	const args = [...process.execArgv, import.meta.filename, each];
	const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
	if (status !== 0) process.exit(status ?? 1);
}
process.exit();
