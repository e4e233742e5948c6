import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { envWithNode24, node24 } from '../support/paths.mts';
import { runStep, say } from '../support/step.mjs';
import { withInstallLock } from './installLock.mts';
import {
	cacheFolder,
	N8N_VERSION,
	ownRuntime,
	RUNTIME_LOCK_FOLDER,
	runtimeIn,
	versionIn,
} from './runtimeFolder.mts';
import type { N8nRuntime } from './runtimeFolder.mts';

/** Written when everything is installed, and only then. */
const MARKER = '.install-complete.json';
const SIZE_GB = 2.9;

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
	if (existsSync(join(folder, MARKER))) return runtimeIn(folder);
	mkdirSync(folder, { recursive: true });
	await withInstallLock(`${folder}.lock`, signal, async () => {
		if (existsSync(join(folder, MARKER))) return; // the process we waited for did it
		if (existsSync(join(folder, 'node_modules'))) {
			say(`The install of n8n in ${folder} has no end marker: checking it`);
			if (isComplete(folder)) {
				say('  it is complete');
				return writeMarker(folder);
			}
			say('  it is half-finished: repairing it');
		}
		await install(folder, signal);
		writeMarker(folder);
	});
	return runtimeIn(folder);
}

/** npm writes node_modules/.package-lock.json when all packages are there. */
function hasPackages(folder: string): boolean {
	const listed = existsSync(join(folder, 'node_modules', '.package-lock.json'));
	return listed && versionIn(folder) === N8N_VERSION;
}

/** sqlite3 is compiled after the packages are there. */
function isComplete(folder: string): boolean {
	if (!hasPackages(folder)) return false;
	return spawnSync(node24(), ['-e', "require('sqlite3')"], { cwd: folder }).status === 0;
}

async function install(folder: string, signal?: AbortSignal): Promise<void> {
	say(`Installing n8n ${N8N_VERSION} into ${folder}`);
	say(
		`  ${SIZE_GB} GB, once; it takes about 3-5 minutes. (N8N_DIR names an n8n of your own instead.)`,
	);
	assertSpace(folder);
	for (const file of ['package.json', 'package-lock.json']) {
		copyFileSync(join(RUNTIME_LOCK_FOLDER, file), join(folder, file));
	}
	const step = { cwd: folder, env: envWithNode24(), command: 'npm', signal };
	if (!hasPackages(folder))
		await runStep({
			...step,
			title: `Downloading n8n ${N8N_VERSION} and its packages`,
			args: ['ci', '--ignore-scripts', '--no-audit', '--no-fund'],
			logFile: join(folder, 'npm-ci.log'),
		});
	await runStep({
		...step,
		title: 'Building the SQLite driver',
		args: ['rebuild', 'sqlite3', '--ignore-scripts=false'],
		logFile: join(folder, 'npm-rebuild.log'),
	});
	if (!isComplete(folder)) {
		throw new Error(
			`n8n was installed into ${folder}, but its SQLite driver does not load. See npm-rebuild.log there.`,
		);
	}
}

function assertSpace(folder: string): void {
	const { bavail, bsize } = statfsSync(folder);
	const freeGb = (bavail * bsize) / 1e9;
	if (freeGb > SIZE_GB * 1.1) return;
	throw new Error(
		`n8n needs ${SIZE_GB} GB, and there are ${freeGb.toFixed(1)} GB free in ${dirname(folder)}.\n` +
			'Make room, or set XDG_CACHE_HOME to a folder on a larger disk.',
	);
}

function writeMarker(folder: string): void {
	writeFileSync(
		join(folder, MARKER),
		`${JSON.stringify({ n8n: N8N_VERSION, at: new Date().toISOString() })}\n`,
	);
}
