import type { IAuthenticateGeneric, ICredentialType, INodeProperties } from 'n8n-workflow';

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
			description: 'The URL of the Evolution API server or of ApiEuAtendo',
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'The global key of the server or the token of one instance. The trigger needs it to register its webhook. Leave empty to only receive events and set the webhook yourself.',
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
					description:
						'Evolution API 2.3 and newer sends a token with each event that is signed with the secret',
				},
				{
					name: 'Secret Header',
					value: 'header',
					description: 'The server sends the secret itself. For versions before 2.3.',
				},
			],
		},
		{
			displayName: 'Header Name',
			name: 'headerName',
			type: 'string',
			default: 'X-Webhook-Token',
			displayOptions: { show: { verification: ['header'] } },
			description: 'The name of the header that contains the secret',
		},
		{
			displayName: 'Webhook Secret',
			name: 'webhookSecret',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description: 'The secret used to verify each delivery. Use at least 32 random characters.',
		},
		{
			displayName: 'Previous Webhook Secret',
			name: 'previousWebhookSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'The old secret while you change it, so that deliveries already on their way are still accepted. Remove it afterwards.',
		},
	];

	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: { headers: { apikey: '={{$credentials.apiKey}}' } },
	};
}
