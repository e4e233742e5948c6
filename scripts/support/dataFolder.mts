import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { holderOf, tryHold } from './heldFile.mts';

/**
 * Runs `work` with a data folder that no other process uses meanwhile: two n8ns in one folder would write
 * over each other's settings and addresses, and share a database that is made for one.
 *
 * @param command what the other one is, such as `npm start`
 * @throws when another process runs with the folder
 */
export async function withDataFolder<T>(
	folder: string,
	command: string,
	work: () => Promise<T>,
): Promise<T> {
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	const file = join(folder, 'running.pid');
	const release = tryHold(file);
	if (release === undefined) {
		throw new Error(
			`"${command}" already runs with the data in ${folder} (process ${holderOf(file)}).\n` +
				'Use that one, or stop it with Ctrl-C in its terminal. A second one needs its own data folder and ports: ' +
				'see "Settings of npm start" in docs/installation.md.',
		);
	}
	try {
		return await work();
	} finally {
		release();
	}
}
