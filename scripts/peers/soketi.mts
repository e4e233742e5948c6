import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT } from '../support/paths.mts';
import { ensureInstalled, pinnedFolder, type PinnedInstall } from '../support/pinnedInstall.mts';

const VERSION = '1.6.1';
const LOCK_FOLDER = join(CHECKOUT, 'runtime', 'soketi');

/** soketi, the Pusher protocol server that tests run against; AGPL, so never a dependency. */
const SOKETI: PinnedInstall = {
	name: 'soketi',
	version: VERSION,
	packageName: '@soketi/soketi',
	lockFolder: LOCK_FOLDER,
	folder: pinnedFolder(`soketi-${VERSION}`, LOCK_FOLDER),
	sizeGb: 0.4,
	elsewhere: 'less than a minute',
};

/** What starts soketi: `node script start`. */
export interface SoketiProgram {
	/** soketi's network layer is a native module that there is up to Node 20; it comes with one. */
	readonly node: string;
	readonly script: string;
}

/**
 * Installs soketi into the per-user cache where it is missing.
 *
 * @throws when the install fails, with the end of its log
 */
export async function ensureSoketi(signal?: AbortSignal): Promise<SoketiProgram> {
	await ensureInstalled(SOKETI, signal);
	const modules = join(SOKETI.folder, 'node_modules');
	const own = join(modules, `node-${process.platform}-${process.arch}`, 'bin', 'node');
	return {
		node: existsSync(own) ? own : 'node',
		script: join(modules, '@soketi', 'soketi', 'bin', 'server.js'),
	};
}
