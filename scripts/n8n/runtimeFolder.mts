import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CHECKOUT } from '../support/paths.mts';
import { packageVersion, pinnedFolder } from '../support/pinnedInstall.mts';
import { say } from '../support/step.mjs';

/** The n8n that this package is built and tested against. */
export const N8N_VERSION = '2.41.1';

/** Where package.json and package-lock.json of the n8n runtime stand. */
export const RUNTIME_LOCK_FOLDER = join(CHECKOUT, 'runtime', 'n8n');

/** A folder that holds `node_modules/n8n`. */
export interface N8nRuntime {
	folder: string;
	/** The script to run with Node 24. */
	bin: string;
}

/** The per-user cache folder for exactly this version and this lock. */
export function cacheFolder(): string {
	return pinnedFolder(`n8n-${N8N_VERSION}`, RUNTIME_LOCK_FOLDER);
}

export function runtimeIn(folder: string): N8nRuntime {
	return { folder, bin: join(folder, 'node_modules', 'n8n', 'bin', 'n8n') };
}

/** The version of n8n in a folder, or undefined where there is none. */
export function versionIn(folder: string): string | undefined {
	return packageVersion(folder, 'n8n');
}

/**
 * The n8n that the user named with `N8N_DIR`, or undefined when it is not set.
 *
 * @throws when the folder holds no n8n
 */
export function ownRuntime(): N8nRuntime | undefined {
	if (!process.env.N8N_DIR) return undefined;
	const folder = resolve(process.env.N8N_DIR);
	const runtime = runtimeIn(folder);
	const version = versionIn(folder);
	if (version === undefined || !existsSync(runtime.bin)) {
		throw new Error(
			`N8N_DIR=${process.env.N8N_DIR}: there is no n8n in ${join(folder, 'node_modules', 'n8n')}.\n` +
				'Name the folder that holds node_modules/n8n, or unset N8N_DIR to have n8n installed.',
		);
	}
	if (version !== N8N_VERSION) {
		say(`Warning: N8N_DIR holds n8n ${version}; this package is tested with n8n ${N8N_VERSION}.`);
	}
	return runtime;
}
