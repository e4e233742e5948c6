// npm run bench:verify: what checking a signature costs, beside the vendors' own libraries.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureVendorSdks } from './peers/vendorSdks.mts';
import { CHECKOUT, envWithNode24, node24 } from './support/paths.mts';

await ensureVendorSdks();
const vitest = join(CHECKOUT, 'node_modules', 'vitest', 'vitest.mjs');
const config = join('bench', 'verify.config.mts');
const child = spawn(node24(), [vitest, 'run', '--config', config], {
	cwd: CHECKOUT,
	env: envWithNode24(),
	stdio: 'inherit',
});
process.once('exit', () => child.kill('SIGKILL'));
child.once('exit', (code) => process.exit(code ?? 1));
