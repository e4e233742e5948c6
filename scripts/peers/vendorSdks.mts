import { join } from 'node:path';
import { CHECKOUT } from '../support/paths.mts';
import { ensureInstalled, pinnedFolder, type PinnedInstall } from '../support/pinnedInstall.mts';

const LOCK_FOLDER = join(CHECKOUT, 'runtime', 'vendor-sdks');

const VENDOR_SDKS: PinnedInstall = {
	name: "the vendors' SDKs: stripe",
	version: '23.1.0',
	packageName: 'stripe',
	lockFolder: LOCK_FOLDER,
	folder: pinnedFolder('vendor-sdks', LOCK_FOLDER),
	sizeGb: 0.2,
	elsewhere: 'less than a minute',
	note: 'Libraries of those who sign webhooks: tests hold our checks against theirs.',
};

/**
 * Installs the libraries of those who sign webhooks into the per-user cache where they are missing.
 *
 * @returns the folder that holds their node_modules
 * @throws when the install fails, with the end of its log
 */
export async function ensureVendorSdks(signal?: AbortSignal): Promise<string> {
	await ensureInstalled(VENDOR_SDKS, signal);
	return VENDOR_SDKS.folder;
}
