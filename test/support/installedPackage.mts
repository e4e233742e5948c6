import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { communityPackagesFolder, PACKAGE_NAME } from '../../scripts/n8n/packageLink.mts';
import { CHECKOUT, envWithNode24 } from '../../scripts/support/paths.mts';

const NPM_LIMIT_MS = 600_000;

function npm(args: string[], cwd: string): string {
	return execFileSync('npm', args, {
		cwd,
		env: envWithNode24(),
		encoding: 'utf8',
		timeout: NPM_LIMIT_MS,
		stdio: ['ignore', 'pipe', 'pipe'],
	});
}

/** What `npm publish` would send. */
export interface Tarball {
	file: string;
	/** Paths inside the package. */
	paths: string[];
}

/**
 * Packs a checkout into a folder.
 *
 * @param checkout another one than this
 */
export function packCheckout(folder: string, checkout = CHECKOUT): Tarball {
	const [packed] = JSON.parse(
		npm(['pack', '--json', '--pack-destination', folder], checkout),
	) as Array<{
		filename: string;
		files: Array<{ path: string }>;
	}>;
	if (!packed) throw new Error('npm pack said nothing');
	return { file: join(folder, packed.filename), paths: packed.files.map(({ path }) => path) };
}

/**
 * Installs a tarball the way n8n 2.41.1 installs a community package
 * (`downloadPackage` in its community-packages.service).
 *
 * @returns the package's folder
 */
export function installAsN8nDoes(tarball: string, userFolder: string): string {
	const folder = join(communityPackagesFolder(userFolder), PACKAGE_NAME);
	mkdirSync(folder, { recursive: true });
	execFileSync('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1']);
	const manifestFile = join(folder, 'package.json');
	const manifest = JSON.parse(readFileSync(manifestFile, 'utf8')) as Record<string, unknown>;
	delete manifest.devDependencies;
	delete manifest.peerDependencies;
	delete manifest.optionalDependencies;
	writeFileSync(manifestFile, JSON.stringify(manifest, null, 2));
	const flags = ['--ignore-scripts=true', '--install-strategy=shallow', '--package-lock=false'];
	npm(['install', '--audit=false', '--fund=false', '--bin-links=false', ...flags], folder);
	return folder;
}
