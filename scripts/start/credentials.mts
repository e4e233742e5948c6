import type { N8nClient } from '../n8n/n8nClient.mts';
import type { Settings } from './settings.mts';

/** The credential types of the example, with the names they get. */
const NAMES = { inboxHubApi: 'Inbox Hub (local)', socketIoApi: 'Live page (local)' } as const;

export type CredentialType = keyof typeof NAMES;
export const CREDENTIAL_TYPES: readonly CredentialType[] = ['inboxHubApi', 'socketIoApi'];

/**
 * Makes sure that both credentials are there. What the user changed in them stays, but for the
 * hub's address where its port is another than before.
 *
 * @returns the settings with the credentials' ids
 */
export async function ensureCredentials(
	client: N8nClient,
	settings: Settings,
	hubUrl: string,
): Promise<Settings> {
	const existing = new Set((await client.listCredentials()).map(({ id }) => id));
	const credentialIds: Record<CredentialType, string> = { inboxHubApi: '', socketIoApi: '' };
	for (const type of CREDENTIAL_TYPES) {
		const known = settings.credentialIds[type];
		if (known !== undefined && existing.has(known)) {
			credentialIds[type] = known;
			if (type === 'socketIoApi' && settings.hubUrl !== hubUrl) {
				await client.updateCredential(known, { url: hubUrl });
			}
		} else {
			const data = contents(settings, hubUrl)[type];
			credentialIds[type] = (await client.createCredential(NAMES[type], type, data)).id;
		}
	}
	return { ...settings, credentialIds, hubUrl };
}

function contents(
	settings: Settings,
	hubUrl: string,
): Record<CredentialType, Record<string, string>> {
	return {
		inboxHubApi: {
			baseUrl: 'https://api.inbox-hub.com',
			apiKey: '',
			webhookSecret: settings.webhookSecret,
			previousWebhookSecret: '',
		},
		socketIoApi: {
			url: hubUrl,
			path: '/socket.io',
			auth: JSON.stringify({ token: settings.hubToken }),
			headers: '',
		},
	};
}

/** What a node's `credentials` holds for one of them. */
export function credentialReference(
	settings: Settings,
	type: CredentialType,
): { id: string; name: string } {
	return { id: settings.credentialIds[type] ?? '', name: NAMES[type] };
}
