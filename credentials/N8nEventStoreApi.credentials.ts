import type {
	IAuthenticateGeneric,
	ICredentialTestRequest,
	ICredentialType,
	INodeProperties,
} from 'n8n-workflow';

/** A variable, since n8n's lint would write n8n's own name with a capital. */
const DISPLAY_NAME = 'n8n API (Event History)';

/** The public API of an n8n: its executions are the event history, its data tables the registry. */
export class N8nEventStoreApi implements ICredentialType {
	name = 'realtimeWebhooksN8nEventStoreApi';

	displayName = DISPLAY_NAME;

	icon = { light: 'file:icons/eventStore.svg', dark: 'file:icons/eventStore.dark.svg' } as const;

	documentationUrl =
		'https://github.com/realtime-webhooks/n8n-nodes-realtime-webhooks/blob/main/docs/credentials.md#n8n-api-event-history';

	properties: INodeProperties[] = [
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'http://127.0.0.1:5678',
			required: true,
			description:
				'The URL at which n8n can reach its own API, with or without /api/v1. The default is this n8n on its usual port.',
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description:
				'An API key from Settings > n8n API. The nodes can read and change everything that the owner of the key can.',
		},
		{
			displayName: 'Encryption Secret',
			name: 'encryptionSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				"A long random text that encrypts the secrets of webhook subscribers in the data table. If empty, the API key is used instead, and the stored secrets can't be read after the API key changes. Only used by Webhook Subscription and Webhook Notifier.",
		},
		{
			displayName: 'Previous Encryption Secret',
			name: 'previousEncryptionSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'The old encryption secret after a change (or the old API key, if Encryption Secret was empty), so that existing secrets can still be read',
		},
	];

	/** n8n's public API (https://docs.n8n.io/api/authentication/). */
	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: { headers: { 'X-N8N-API-KEY': '={{$credentials.apiKey}}' } },
	};

	test: ICredentialTestRequest = {
		request: {
			baseURL:
				"={{$credentials.baseUrl.trim().replace(/\\/+$/, '').replace(/\\/api\\/v1$/, '')}}/api/v1",
			url: '/workflows',
			qs: { limit: 1 },
		},
	};
}
