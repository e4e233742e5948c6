import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CHECKOUT, envWithNode24 } from './support/paths.mts';
import { runStep } from './support/step.mjs';

/** What `dist` is made from. */
const SOURCES = [
	'nodes',
	'credentials',
	'lib',
	'package.json',
	'package-lock.json',
	'tsconfig.json',
	'gulpfile.js',
	'scripts/build',
];
const STAMP = join(CHECKOUT, 'node_modules', '.cache', 'n8n-nodes-realtime-webhooks', 'build');

/**
 * Makes `dist` unless it is what the sources and the last build made it.
 *
 * @throws when the build fails, with the compiler's messages
 */
export async function ensureBuild(signal?: AbortSignal): Promise<void> {
	const sources = fingerprint(SOURCES);
	const stamp = existsSync(STAMP) ? readFileSync(STAMP, 'utf8') : '';
	if (stamp === `${sources} ${fingerprint(['dist'])}`) return;
	await runStep({
		title: 'Building the package',
		command: 'npm',
		args: ['run', 'build:dist'],
		cwd: CHECKOUT,
		env: envWithNode24(),
		logFile: join(dirname(STAMP), 'build.log'),
		signal,
	});
	mkdirSync(dirname(STAMP), { recursive: true });
	writeFileSync(STAMP, `${sources} ${fingerprint(['dist'])}`);
}

/** One hash over the names and contents of all files below the given places in the checkout. */
function fingerprint(places: string[]): string {
	const hash = createHash('sha256');
	for (const place of places) {
		const full = join(CHECKOUT, place);
		if (!existsSync(full)) continue;
		const files = statSync(full).isDirectory()
			? readdirSync(full, { recursive: true, encoding: 'utf8' }).map((file) => join(full, file))
			: [full];
		for (const file of files.sort()) {
			if (statSync(file).isFile()) hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
		}
	}
	return hash.digest('hex');
}
