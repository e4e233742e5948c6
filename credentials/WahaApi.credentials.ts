import type { IAuthenticateGeneric, ICredentialType, INodeProperties } from 'n8n-workflow';

/** WAHA: the HMAC key to receive with, and the API key to register with. */
export class WahaApi implements ICredentialType {
	name = 'realtimeWebhooksWahaApi';

	displayName = 'WAHA API';

	icon = { light: 'file:waha.svg', dark: 'file:waha.dark.svg' } as const;

	documentationUrl =
		'https://github.com/realtime-webhooks/n8n-nodes-realtime-webhooks/blob/main/docs/credentials.md#waha-api';

	properties: INodeProperties[] = [
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'http://localhost:3000',
			required: true,
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'The trigger needs it to register its webhook on a session (enter any text if your WAHA needs no key). Leave empty to only receive events and add the webhook URL to the session yourself.',
		},
		{
			displayName: 'Webhook Secret',
			name: 'webhookSecret',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description:
				'The HMAC key that WAHA signs each delivery with. Use 16 to 255 random characters.',
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
		properties: { headers: { 'X-Api-Key': '={{$credentials.apiKey}}' } },
	};
}
