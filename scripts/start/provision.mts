import { N8nClient } from '../n8n/n8nClient.mts';
import { ensureCredentials } from './credentials.mts';
import type { Addresses } from './credentials.mts';
import { canLogIn, ensureOwner } from './owner.mts';
import { writeSettings } from './settings.mts';
import type { Settings } from './settings.mts';
import { ensureWorkflows } from './workflows.mts';

/** An n8n with all that the examples need. */
export interface Provisioned {
	readonly settings: Settings;
	/** Whether the owner can still log in with the password in the settings. */
	readonly isOwnerAccepted: boolean;
}

/**
 * Creates in n8n what is missing of owner, API key, credentials and workflows. The settings are
 * written after each step, so that an interrupted run creates nothing twice.
 */
export async function provision(
	addresses: Addresses,
	settings: Settings,
	folder: string,
): Promise<Provisioned> {
	const client = new N8nClient(addresses.n8n);
	const keep = (next: Settings) => {
		writeSettings(folder, next);
		return next;
	};
	const owned = keep(await ensureOwner(client, settings, folder));
	const equipped = keep(await ensureCredentials(client, owned, addresses));
	const replaced = Object.fromEntries(
		Object.entries(owned.credentialIds).filter(([type, id]) => {
			return equipped.credentialIds[type as keyof Settings['credentialIds']] !== id;
		}),
	);
	const complete = keep(await ensureWorkflows(client, equipped, replaced, keep));
	return { settings: complete, isOwnerAccepted: await canLogIn(client, complete.owner) };
}
