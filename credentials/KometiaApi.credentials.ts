import type {
	IAuthenticateGeneric,
	ICredentialTestRequest,
	ICredentialType,
	INodeProperties,
} from 'n8n-workflow';

/** Kometia: the API key that events are looked up with, and the secret of the webhook's URL. */
export class KometiaApi implements ICredentialType {
	name = 'realtimeWebhooksKometiaApi';

	displayName = 'Kometia API';

	icon = { light: 'file:kometia.svg', dark: 'file:kometia.dark.svg' } as const;

	documentationUrl =
		'https://github.com/realtime-webhooks/n8n-nodes-realtime-webhooks/blob/main/docs/credentials.md#kometia-api';

	properties: INodeProperties[] = [
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://app.kometia.com/api/v1',
			required: true,
			description:
				"The URL of Kometia's API with its version. Use the URL of your store, such as https://my-store.kometia.com/api/v1, to include the store name in the events.",
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			placeholder: 'e.g. sk_…',
			description:
				"The private key from 'Desarrolladores' in Kometia's panel. It is used to look up every event.",
		},
		{
			displayName: 'URL Secret',
			name: 'urlSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				"A long random text of letters and digits. Add it to the webhook URL in Kometia's panel as ?secret=… Deliveries without it are then refused without a lookup.",
		},
	];

	/** HTTP Basic with an empty password (https://kometia.com/ayuda/desarrolladores/api/v1/autenticacion). */
	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: { auth: { username: '={{$credentials.apiKey}}', password: '' } },
	};

	/** Products are what Kometia's guide shows, and what every key may read. */
	test: ICredentialTestRequest = {
		request: {
			baseURL: '={{$credentials.baseUrl}}',
			url: '/products',
			qs: { limit: 1 },
		},
	};
}
