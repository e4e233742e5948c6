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
	sizeGb: 0.3,
	effort: 'it takes less than a minute.',
};

/**
 * Installs soketi into the per-user cache where it is missing.
 *
 * @returns the script to run with Node
 * @throws when the install fails, with the end of its log
 */
export async function ensureSoketi(signal?: AbortSignal): Promise<string> {
	await ensureInstalled(SOKETI, signal);
	return join(SOKETI.folder, 'node_modules', '@soketi', 'soketi', 'bin', 'server.js');
}
