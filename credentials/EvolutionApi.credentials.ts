import type {
	IAuthenticateGeneric,
	ICredentialTestRequest,
	ICredentialType,
	INodeProperties,
} from 'n8n-workflow';

/** Evolution API: the webhook secret to receive with, and the API key to register with. */
export class EvolutionApi implements ICredentialType {
	name = 'realtimeWebhooksEvolutionApi';

	displayName = 'Evolution API';

	icon = { light: 'file:evolution.svg', dark: 'file:evolution.dark.svg' } as const;

	documentationUrl =
		'https://github.com/realtime-webhooks/n8n-nodes-realtime-webhooks/blob/main/docs/credentials.md#evolution-api';

	properties: INodeProperties[] = [
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. https://evolution.example.com',
			description: 'Address of the Evolution API server, or of ApiEuAtendo',
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				"Lets the trigger register itself: the server's global key, or the token of one instance. Leave it empty to only receive and set the webhook yourself.",
		},
		{
			displayName: 'Verification',
			name: 'verification',
			type: 'options',
			default: 'jwt',
			options: [
				{
					name: 'Signed Token (JWT)',
					value: 'jwt',
					description: 'Evolution API 2.3 and newer sign a token with the secret for each event',
				},
				{
					name: 'Secret Header',
					value: 'header',
					description: 'The server sends the secret itself. For 2.x versions before 2.3.',
				},
			],
		},
		{
			displayName: 'Header Name',
			name: 'headerName',
			type: 'string',
			default: 'X-Webhook-Token',
			displayOptions: { show: { verification: ['header'] } },
			description: 'Name of the header that carries the secret',
		},
		{
			displayName: 'Webhook Secret',
			name: 'webhookSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'Each delivery is verified with it. At least 32 characters that nobody can guess. Without it the workflow does not publish.',
		},
		{
			displayName: 'Previous Webhook Secret',
			name: 'previousWebhookSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'While you change the secret: the old one, so that deliveries already on their way are still accepted. Empty it afterwards.',
		},
	];

	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: { headers: { apikey: '={{$credentials.apiKey}}' } },
	};

	/** With a key, the instances are read; without one, only that the server can be reached. */
	test: ICredentialTestRequest = {
		request: {
			baseURL: '={{$credentials.baseUrl.trim().replace(/\\/+$/, "")}}',
			url: '={{$credentials.apiKey ? "/instance/fetchInstances" : "/"}}',
		},
	};
}
