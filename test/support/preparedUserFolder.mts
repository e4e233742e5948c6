import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureRuntime } from '../../scripts/n8n/installRuntime.mts';
import { versionIn } from '../../scripts/n8n/runtimeFolder.mts';
import { withInstallLock } from '../../scripts/support/installLock.mts';
import { CHECKOUT } from '../../scripts/support/paths.mts';

const CACHE = join(CHECKOUT, 'node_modules', '.cache', 'n8n-nodes-realtime-webhooks');
const PREPARED = join(CACHE, 'test-user-folder');
/** Says what the folder was made from; written into it last. */
const KEY_FILE = 'made-from';

/** What decides how the prepared folder looks, besides n8n. */
const SOURCES = [
	'test/support/n8n.mts',
	'test/support/preparedUserFolder.mts',
	'scripts/n8n/n8nClient.mts',
	'scripts/n8n/n8nEnv.mts',
];

/**
 * Makes, once for this checkout and this n8n, the user folder that tests copy: migrated, with an
 * owner and an API key. A first start takes half as long again as one on such a copy.
 *
 * @param startOnce starts an n8n on the given empty folder, sets it up, and stops it
 * @returns the folder, to be copied and left as it is
 */
export async function preparedUserFolder(
	startOnce: (folder: string) => Promise<void>,
): Promise<string> {
	const key = await wantedKey();
	if (preparedKey() === key) return PREPARED;
	mkdirSync(CACHE, { recursive: true });
	await withInstallLock("the tests' user folder", `${PREPARED}.lock`, undefined, async () => {
		if (preparedKey() === key) return; // the process we waited for did it
		const folder = `${PREPARED}.new`;
		rmSync(folder, { recursive: true, force: true });
		await startOnce(folder);
		// What is no part of the data: the log of this start.
		rmSync(join(folder, 'n8n.log'), { force: true });
		writeFileSync(join(folder, KEY_FILE), key);
		rmSync(PREPARED, { recursive: true, force: true });
		renameSync(folder, PREPARED);
	});
	return PREPARED;
}

function preparedKey(): string | undefined {
	const file = join(PREPARED, KEY_FILE);
	return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

async function wantedKey(): Promise<string> {
	const { folder } = await ensureRuntime();
	const hash = createHash('sha256').update(`${folder} ${versionIn(folder)}`);
	for (const source of SOURCES) hash.update(readFileSync(join(CHECKOUT, source)));
	return hash.digest('hex');
}
