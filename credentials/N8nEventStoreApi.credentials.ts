import type {
	IAuthenticateGeneric,
	ICredentialTestRequest,
	ICredentialType,
	INodeProperties,
} from 'n8n-workflow';

/** The public API of an n8n: its executions are the event history, its data tables the registry. */
export class N8nEventStoreApi implements ICredentialType {
	name = 'realtimeWebhooksN8nEventStoreApi';

	displayName = 'n8n API (Event History)';

	icon = { light: 'file:icons/eventStore.svg', dark: 'file:icons/eventStore.dark.svg' } as const;

	documentationUrl =
		'https://github.com/realtime-webhooks/n8n-nodes-realtime-webhooks/blob/main/docs/credentials.md#n8n-event-store-api';

	properties: INodeProperties[] = [
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'http://127.0.0.1:5678',
			required: true,
			description:
				'Address of n8n as n8n itself can reach it, with or without /api/v1. The default is this n8n, where it runs on its usual port.',
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description:
				'Created in n8n under Settings > n8n API. The nodes see and change what the owner of the key may.',
		},
		{
			displayName: 'Encryption Secret',
			name: 'encryptionSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				"A long random text with which the secrets of webhook subscribers are encrypted in the data table. Left empty, it is derived from the API key: another API key then cannot read the secrets that are stored. Only the nodes 'Webhook Subscription' and 'Webhook Notifier' need it.",
		},
		{
			displayName: 'Previous Encryption Secret',
			name: 'previousEncryptionSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'The text before a change (or the API key, where Encryption Secret was empty): secrets that it encrypted can still be read',
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
