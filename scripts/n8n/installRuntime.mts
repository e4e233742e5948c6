import { spawnSync } from 'node:child_process';
import { node24 } from '../support/paths.mts';
import { ensureInstalled } from '../support/pinnedInstall.mts';
import {
	cacheFolder,
	N8N_VERSION,
	ownRuntime,
	RUNTIME_LOCK_FOLDER,
	runtimeIn,
} from './runtimeFolder.mts';
import type { N8nRuntime } from './runtimeFolder.mts';

/**
 * The n8n to run: the one named by `N8N_DIR`, or the one in the per-user cache, installed there
 * first where it is missing or half-finished.
 *
 * @throws when the install fails, with the end of its log
 */
export async function ensureRuntime(signal?: AbortSignal): Promise<N8nRuntime> {
	const own = ownRuntime();
	if (own) return own;
	const folder = cacheFolder();
	await ensureInstalled(
		{
			name: 'n8n',
			version: N8N_VERSION,
			packageName: 'n8n',
			lockFolder: RUNTIME_LOCK_FOLDER,
			folder,
			sizeGb: 2.9,
			elsewhere: '2½ to 4½ minutes',
			note: 'This usually takes 4 to 7 minutes in all. To use an n8n of your own instead, set N8N_DIR.',
			finish: {
				title: 'Installing the SQLite driver',
				elsewhere: '1 to 2½ minutes',
				args: ['rebuild', 'sqlite3', '--ignore-scripts=false'],
				ifItFails: SQLITE_NEEDS,
				isDone: hasSqlite,
			},
		},
		signal,
	);
	return runtimeIn(folder);
}

/** Its package asks github.com first, and compiles with node-gyp if there is nothing for this machine. */
export const SQLITE_NEEDS =
	"n8n's SQLite driver comes ready-made from github.com. If it can't be downloaded, npm compiles it, which needs Python 3,\n" +
	'make, a C++ compiler (on Debian: apt-get install build-essential python3), and the headers of Node.js from nodejs.org.\n' +
	'Then run the same command again: it continues at this step.';

/** sqlite3 is compiled after the packages are there. */
export function hasSqlite(folder: string): boolean {
	return spawnSync(node24(), ['-e', "require('sqlite3')"], { cwd: folder }).status === 0;
}
