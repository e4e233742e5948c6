import { cpSync, lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

/** The name that n8n puts in front of this package's node types. */
export const PACKAGE_NAME = 'n8n-nodes-realtime-webhooks';

/** Where n8n looks for installed community packages. */
export function communityPackagesFolder(userFolder: string): string {
	return join(userFolder, '.n8n', 'nodes', 'node_modules');
}

/**
 * Makes n8n load the package as an installed community package: a link where n8n's installer
 * would put it. What was installed there before is replaced only if it is a link too.
 *
 * @throws when a real folder stands there
 */
export function linkPackage(userFolder: string, packageFolder: string): void {
	const modules = communityPackagesFolder(userFolder);
	const link = join(modules, PACKAGE_NAME);
	mkdirSync(modules, { recursive: true });
	const there = lstatSync(link, { throwIfNoEntry: false });
	if (there?.isSymbolicLink()) {
		if (readlinkSync(link) === packageFolder) return;
		rmSync(link);
	} else if (there) {
		throw new Error(
			`${link} is an installed package. Uninstall it in n8n, or delete that folder, and run this again.`,
		);
	}
	symlinkSync(packageFolder, link, 'dir');
}

/** Puts what the package consists of where n8n's installer would put it. */
export function copyPackage(userFolder: string, packageFolder: string): void {
	const folder = join(communityPackagesFolder(userFolder), PACKAGE_NAME);
	mkdirSync(folder, { recursive: true });
	for (const part of ['package.json', 'dist']) {
		cpSync(join(packageFolder, part), join(folder, part), { recursive: true });
	}
}
