import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { say } from '../support/step.mjs';
import { CHECKOUT } from '../support/paths.mts';

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
	const lock = readFileSync(join(RUNTIME_LOCK_FOLDER, 'package-lock.json'));
	const hash = createHash('sha256').update(lock).digest('hex').slice(0, 12);
	const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
	return join(cache, 'n8n-nodes-realtime-webhooks', `n8n-${N8N_VERSION}-${hash}`);
}

export function runtimeIn(folder: string): N8nRuntime {
	return { folder, bin: join(folder, 'node_modules', 'n8n', 'bin', 'n8n') };
}

/** The version of n8n in a folder, or undefined where there is none. */
export function versionIn(folder: string): string | undefined {
	const manifest = join(folder, 'node_modules', 'n8n', 'package.json');
	if (!existsSync(manifest)) return undefined;
	try {
		return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(manifest, 'utf8')))
			.version;
	} catch {
		return undefined; // cut off while it was written
	}
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
