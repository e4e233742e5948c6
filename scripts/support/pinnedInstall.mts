import { createHash } from 'node:crypto';
import {
	copyFileSync,
	existsSync,
	mkdirSync,
	readFileSync,
	statfsSync,
	writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { withInstallLock } from './installLock.mts';
import { envWithNode24 } from './paths.mts';
import { runStep, say } from './step.mjs';

/** Written when everything is installed, and only then. */
const MARKER = '.install-complete.json';

/** A program that is installed by its own lock into the per-user cache, outside of the checkout. */
export interface PinnedInstall {
	/** For people, such as `n8n`. */
	readonly name: string;
	readonly version: string;
	/** Name of the package in node_modules. */
	readonly packageName: string;
	/** Where its package.json and package-lock.json stand. */
	readonly lockFolder: string;
	/** From {@link pinnedFolder}. */
	readonly folder: string;
	readonly sizeGb: number;
	/** How long the download took on other machines, such as `1 to 3 minutes`. */
	readonly elsewhere: string;
	/** What else there is to know before it is installed. */
	readonly note?: string;
	/** What comes after the packages, where they alone are not enough. */
	readonly finish?: {
		readonly title: string;
		/** How long it took on other machines. */
		readonly elsewhere: string;
		/** What it needs and what to do, for people. */
		readonly ifItFails?: string;
		/** Arguments of npm. */
		readonly args: readonly string[];
		/** Whether it has been done. */
		isDone(folder: string): boolean;
	};
}

/** The per-user cache folder for exactly this version and this lock. */
export function pinnedFolder(nameAndVersion: string, lockFolder: string): string {
	const lock = readFileSync(join(lockFolder, 'package-lock.json'));
	const hash = createHash('sha256').update(lock).digest('hex').slice(0, 12);
	return join(userCache(), `${nameAndVersion}-${hash}`);
}

/** Where everything stands that is installed outside of the checkout. */
export function userCache(): string {
	const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
	return join(cache, 'n8n-nodes-realtime-webhooks');
}

/** The version of a package in a folder's node_modules, or undefined where there is none. */
export function packageVersion(folder: string, packageName: string): string | undefined {
	const manifest = join(folder, 'node_modules', packageName, 'package.json');
	if (!existsSync(manifest)) return undefined;
	try {
		return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(manifest, 'utf8')))
			.version;
	} catch {
		return undefined; // cut off while it was written
	}
}

/** Whether it is there, whole. */
export function isInstalled({ folder }: PinnedInstall): boolean {
	return existsSync(join(folder, MARKER));
}

/**
 * Installs what is missing or half-finished; quick where nothing is. Processes that ask at the same
 * time wait for the one that installs.
 *
 * @throws when the install fails, with the end of its log
 */
export async function ensureInstalled(wanted: PinnedInstall, signal?: AbortSignal): Promise<void> {
	if (isInstalled(wanted)) return;
	const { name, folder } = wanted;
	mkdirSync(folder, { recursive: true });
	await withInstallLock(name, `${folder}.lock`, signal, async () => {
		if (isInstalled(wanted)) return; // the process we waited for did it
		if (existsSync(join(folder, 'node_modules'))) {
			say(`An earlier installation of ${name} in ${folder} did not finish: checking it`);
			if (isComplete(wanted)) {
				say('  it is complete');
				return writeMarker(wanted);
			}
			say('  it is incomplete: continuing');
		}
		await install(wanted, signal);
		writeMarker(wanted);
	});
}

/** npm writes node_modules/.package-lock.json when all packages are there. */
function hasPackages({ folder, packageName, version }: PinnedInstall): boolean {
	const listed = existsSync(join(folder, 'node_modules', '.package-lock.json'));
	return listed && packageVersion(folder, packageName) === version;
}

function isComplete(wanted: PinnedInstall): boolean {
	return hasPackages(wanted) && (wanted.finish?.isDone(wanted.folder) ?? true);
}

async function install(wanted: PinnedInstall, signal?: AbortSignal): Promise<void> {
	const { name, version, folder, lockFolder, sizeGb, elsewhere, note, finish } = wanted;
	say(`Installing ${name} ${version} into ${folder}`);
	say(`  ${sizeGb} GB, once.${note ? ` ${note}` : ''}`);
	assertSpace(wanted);
	for (const file of ['package.json', 'package-lock.json']) {
		copyFileSync(join(lockFolder, file), join(folder, file));
	}
	const step = { cwd: folder, env: envWithNode24(), command: 'npm', signal };
	if (!hasPackages(wanted))
		await runStep({
			...step,
			title: `Downloading ${name} ${version} and its packages`,
			elsewhere,
			args: ['ci', '--ignore-scripts', '--no-audit', '--no-fund'],
			logFile: join(folder, 'npm-ci.log'),
		});
	if (finish !== undefined) {
		await runStep({
			...step,
			title: finish.title,
			elsewhere: finish.elsewhere,
			args: [...finish.args],
			logFile: join(folder, 'npm-finish.log'),
			ifItFails: finish.ifItFails,
		});
	}
	if (isComplete(wanted)) return;
	throw new Error(
		`${name} was installed into ${folder}, but it is not complete. See the npm logs there.`,
	);
}

function assertSpace({ name, folder, sizeGb }: PinnedInstall): void {
	const { bavail, bsize } = statfsSync(folder);
	const freeGb = (bavail * bsize) / 1e9;
	if (freeGb > sizeGb * 1.1) return;
	throw new Error(
		`${name} needs ${sizeGb} GB, and there are ${freeGb.toFixed(1)} GB free in ${dirname(folder)}.\n` +
			'Make room, or set XDG_CACHE_HOME to a folder on a larger disk.',
	);
}

function writeMarker({ folder, name, version }: PinnedInstall): void {
	writeFileSync(
		join(folder, MARKER),
		`${JSON.stringify({ [name]: version, at: new Date().toISOString() })}\n`,
	);
}
