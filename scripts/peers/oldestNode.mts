import { join } from 'node:path';
import { CHECKOUT } from '../support/paths.mts';
import { ensureInstalled, pinnedFolder } from '../support/pinnedInstall.mts';

/** What "engines" in package.json promises. Vite, which runs the tests, names 20.19 and works with it. */
const VERSION = '20.18.1';

const LOCK_FOLDER = join(CHECKOUT, 'runtime', 'oldest-node');

/** Processors by system for which there is one. */
const PLATFORMS = ['darwin-x64', 'linux-arm64', 'linux-x64', 'win-x64'];

/**
 * Installs the oldest Node that the package works with into the per-user cache where it is missing.
 *
 * @returns its program; undefined where there is none for this machine
 * @throws when the install fails, with the end of its log
 */
export async function ensureOldestNode(signal?: AbortSignal): Promise<string | undefined> {
	const system = process.platform === 'win32' ? 'win' : process.platform;
	const platform = `${system}-${process.arch}`;
	if (!PLATFORMS.includes(platform)) return undefined;
	const folder = pinnedFolder(`node-${VERSION}`, LOCK_FOLDER);
	const packageName = `node-${platform}`;
	await ensureInstalled(
		{
			name: 'Node',
			// As these packages write it.
			version: `v${VERSION}`,
			packageName,
			lockFolder: LOCK_FOLDER,
			folder,
			sizeGb: 0.1,
			elsewhere: 'less than a minute',
			note: 'It is the oldest that the package works with: the unit tests run on it as well.',
		},
		signal,
	);
	const program = system === 'win' ? 'node.exe' : 'node';
	return join(folder, 'node_modules', packageName, 'bin', program);
}
