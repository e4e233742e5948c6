import { REPLAY_USER } from '../../examples/live-hub/n8n.mts';
import type { N8nClient } from '../n8n/n8nClient.mts';
import { CREDENTIAL_TYPES, CREDENTIALS } from './examples.mts';
import type { CredentialType } from './examples.mts';
import type { Settings } from './settings.mts';

/** Where the servers of `npm start` listen. */
export interface Addresses {
	readonly n8n: string;
	readonly hub: string;
	readonly store: string;
}

/**
 * Makes sure that all credentials are there. What the user changed in them stays, but for the
 * addresses of our own servers where their port is another than before, and n8n's API key.
 *
 * @returns the settings with the credentials' ids
 */
export async function ensureCredentials(
	client: N8nClient,
	settings: Settings,
	addresses: Addresses,
): Promise<Settings> {
	const existing = new Set((await client.listCredentials()).map(({ id }) => id));
	const credentialIds: Settings['credentialIds'] = {};
	for (const type of CREDENTIAL_TYPES) {
		const known = settings.credentialIds[type];
		const data = contents(settings, addresses)[type];
		if (known !== undefined && existing.has(known)) {
			credentialIds[type] = known;
			if (type === 'realtimeWebhooksSocketIoApi' && settings.hubUrl !== addresses.hub) {
				await client.updateCredential(known, { url: data.url ?? '' });
			}
			const { n8nUrl, writtenApiKey, apiKey } = settings;
			const isOld = n8nUrl !== addresses.n8n || writtenApiKey !== apiKey;
			if (type === 'realtimeWebhooksN8nEventStoreApi' && isOld) {
				await client.updateCredential(known, { baseUrl: addresses.n8n, apiKey });
			}
			if (type === 'realtimeWebhooksKometiaApi' && settings.storeUrl !== addresses.store) {
				await client.updateCredential(known, { baseUrl: data.baseUrl ?? '' });
			}
		} else {
			credentialIds[type] = (await client.createCredential(CREDENTIALS[type], type, data)).id;
		}
	}
	const { n8n: n8nUrl, hub: hubUrl, store: storeUrl } = addresses;
	const written = { n8nUrl, hubUrl, storeUrl, writtenApiKey: settings.apiKey };
	return { ...settings, credentialIds, ...written };
}

function contents(
	settings: Settings,
	{ n8n, hub, store }: Addresses,
): Record<CredentialType, Record<string, string>> {
	const { apiKey, webhookSecret, encryptionSecret, kometiaKey, hubToken } = settings;
	const secrets = { apiKey: '', webhookSecret, previousWebhookSecret: '' };
	return {
		realtimeWebhooksInboxHubApi: { baseUrl: 'https://api.inbox-hub.com', ...secrets },
		realtimeWebhooksWahaApi: { baseUrl: 'http://localhost:3000', ...secrets },
		realtimeWebhooksEvolutionApi: {
			baseUrl: 'http://localhost:8080',
			verification: 'jwt',
			...secrets,
		},
		realtimeWebhooksKometiaApi: { baseUrl: `${store}/api/v1`, apiKey: kometiaKey, urlSecret: '' },
		realtimeWebhooksYapeNotifierApi: {
			baseUrl: 'https://api.notificaciones.space',
			token: '',
			signatureScheme: 'hmac',
			webhookSecret,
			previousWebhookSecret: '',
		},
		realtimeWebhooksN8nEventStoreApi: {
			baseUrl: n8n,
			apiKey,
			encryptionSecret,
			previousEncryptionSecret: '',
		},
		realtimeWebhooksSocketIoApi: {
			url: hub,
			path: '/socket.io',
			auth: JSON.stringify({ token: hubToken }),
			headers: '',
		},
		httpHeaderAuth: { name: 'x-live-page-key', value: settings.historyKey },
		httpBasicAuth: { user: REPLAY_USER, password: settings.replayPassword },
	};
}

/** What a node's `credentials` holds for one of them. */
export function credentialReference(
	settings: Settings,
	type: CredentialType,
): { id: string; name: string } {
	return { id: settings.credentialIds[type] ?? '', name: CREDENTIALS[type] };
}
