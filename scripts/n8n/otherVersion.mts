import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { withInstallLock } from '../support/installLock.mts';
import { envWithNode24 } from '../support/paths.mts';
import { packageVersion, userCache } from '../support/pinnedInstall.mts';
import { runStep, say } from '../support/step.mjs';
import { hasSqlite, SQLITE_NEEDS } from './installRuntime.mts';
import { cacheFolder, RUNTIME_LOCK_FOLDER, versionIn } from './runtimeFolder.mts';

const Manifest = z.object({ overrides: z.record(z.string()).optional() });

/** Older n8n take it from a server of its own, which not every network reaches; no test reads spreadsheets. */
const FROM_THE_REGISTRY = { xlsx: '0.18.5' };

/** Where another version of n8n than the pinned one is installed, to be removed again. */
export function otherVersionFolder(version: string): string {
	return join(userCache(), `compat-n8n-${version}`);
}

/**
 * Installs any version of n8n, as npm resolves it today: there is no lock for it.
 *
 * @param version such as `2.30.0`
 * @returns the folder that holds its node_modules
 * @throws when the install fails, with the end of its log
 */
export async function installOtherN8n(version: string, signal?: AbortSignal): Promise<string> {
	const folder = otherVersionFolder(version);
	mkdirSync(folder, { recursive: true });
	await withInstallLock(`n8n ${version}`, `${folder}.lock`, signal, async () => {
		if (versionIn(folder) === version && hasSqlite(folder)) return;
		const { overrides } = Manifest.parse(
			JSON.parse(readFileSync(join(RUNTIME_LOCK_FOLDER, 'package.json'), 'utf8')),
		);
		const manifest = {
			private: true,
			dependencies: { n8n: version },
			overrides: { ...overrides, ...FROM_THE_REGISTRY },
		};
		writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
		rmSync(join(folder, 'package-lock.json'), { force: true });
		const step = { cwd: folder, env: envWithNode24(), command: 'npm', signal };
		await runStep({
			...step,
			title: `Downloading n8n ${version} and its packages (about 2 GB)`,
			elsewhere: '1 to 4 minutes',
			// n8n's own packages disagree about peers that it does not use.
			args: ['install', '--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund'],
			logFile: join(folder, 'npm-install.log'),
		});
		if (takeSqliteOfPinned(folder) && hasSqlite(folder)) return;
		await runStep({
			...step,
			title: 'Installing the SQLite driver',
			elsewhere: '1 to 2½ minutes',
			args: ['rebuild', 'sqlite3', '--ignore-scripts=false'],
			logFile: join(folder, 'npm-rebuild.log'),
			ifItFails: SQLITE_NEEDS,
		});
	});
	return folder;
}

export function removeOtherN8n(version: string): void {
	say(`Removing n8n ${version}`);
	rmSync(otherVersionFolder(version), { recursive: true, force: true, maxRetries: 3 });
}

/** Node-API binaries are the same for every Node: the one that is compiled already will do. */
function takeSqliteOfPinned(folder: string): boolean {
	const pinned = cacheFolder();
	const version = packageVersion(pinned, 'sqlite3');
	if (version === undefined || version !== packageVersion(folder, 'sqlite3')) return false;
	const build = (of: string) => join(of, 'node_modules', 'sqlite3', 'build');
	if (!existsSync(build(pinned))) return false;
	cpSync(build(pinned), build(folder), { recursive: true });
	return true;
}
