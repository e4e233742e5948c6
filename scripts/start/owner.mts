import { N8nHttpError } from '../n8n/n8nHttp.mts';
import type { N8nClient, Owner } from '../n8n/n8nClient.mts';
import type { Settings } from './settings.mts';
import { settingsFile } from './settings.mts';

/** @returns false where n8n refuses the owner's email and password, which may have been changed there */
export async function canLogIn(client: N8nClient, owner: Owner): Promise<boolean> {
	try {
		await client.logIn(owner);
		return true;
	} catch (error) {
		// Anything else says nothing about the password: n8n takes few logins a minute, for one.
		return !(error instanceof N8nHttpError && error.status === 401);
	}
}

/**
 * Makes sure that there is an owner and an API key that works.
 *
 * @returns the settings with the key
 * @throws when the owner's password was changed in n8n and the key no longer works
 */
export async function ensureOwner(
	client: N8nClient,
	settings: Settings,
	folder: string,
): Promise<Settings> {
	client.apiKey = settings.apiKey;
	if (await client.hasValidApiKey()) return settings;
	try {
		await client.setUpOwnerOrLogIn(settings.owner);
	} catch (error) {
		if (!(error instanceof N8nHttpError) || error.status !== 401) throw error;
		throw new Error(
			`n8n no longer accepts the email and password in ${settingsFile(folder)}.\n` +
				'If you changed them in n8n, enter the new ones in that file under "owner", and run npm start again.',
		);
	}
	return { ...settings, apiKey: await client.createApiKey('npm start') };
}
