// npm run fuzz:bodies: a million changed bodies of verified senders, none of which may be refused as
// unreadable. FUZZ_BODIES: how many; FUZZ_SEED: repeats a run, else each run is another one.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { commandOptions } from './support/commandOptions.mts';
import { CHECKOUT, envWithNode24, node24 } from './support/paths.mts';

commandOptions(
	`Sends randomly changed provider bodies through the triggers, a million of them.

  npm run fuzz:bodies

FUZZ_BODIES=1000 changes how many, and FUZZ_SEED=5 repeats a run.`,
	{},
);
const vitest = join(CHECKOUT, 'node_modules', 'vitest', 'vitest.mjs');
const file = join('test', 'unit', 'mutatedBodies.test.mts');
const child = spawn(node24(), [vitest, 'run', '--project', 'unit', file], {
	cwd: CHECKOUT,
	env: {
		...envWithNode24(),
		FUZZ_BODIES: process.env.FUZZ_BODIES ?? '1000000',
		FUZZ_SEED: process.env.FUZZ_SEED ?? String(Date.now() % 2 ** 31),
	},
	stdio: 'inherit',
});
process.once('exit', () => child.kill('SIGKILL'));
child.once('exit', (code) => process.exit(code ?? 1));
