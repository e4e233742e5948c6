import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { communityPackagesFolder } from '../scripts/n8n/packageLink.mts';

/** Another build of this package, as the same n8n knows it. */
export interface OtherBuild {
	readonly packageName: string;
	/** Its credential types for Inbox Hub and for n8n's API, by the names that they have there. */
	readonly credentialType: string;
	readonly eventStoreType: string;
}

/**
 * Makes n8n load the build of another checkout beside this one, under a name of its own.
 *
 * @param checkout a folder with `package.json`, `node_modules` and a `dist` that was built there
 */
export function linkOtherBuild(userFolder: string, checkout: string): OtherBuild {
	const packageName = 'n8n-nodes-the-other-build';
	const folder = join(communityPackagesFolder(userFolder), packageName);
	mkdirSync(folder, { recursive: true });
	const manifest = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as object;
	writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, name: packageName }));
	symlinkSync(resolve(checkout, 'dist'), join(folder, 'dist'), 'dir');
	return {
		packageName,
		credentialType: credentialTypeOf(checkout, 'InboxHubApi'),
		eventStoreType: credentialTypeOf(checkout, 'N8nEventStoreApi'),
	};
}

function credentialTypeOf(checkout: string, name: string): string {
	const file = join(resolve(checkout), 'dist', 'credentials', `${name}.credentials.js`);
	const types = createRequire(import.meta.url)(file) as Record<string, new () => { name: string }>;
	const Type = types[name];
	if (Type === undefined) throw new Error(`${file} exports no ${name}`);
	return new Type().name;
}
