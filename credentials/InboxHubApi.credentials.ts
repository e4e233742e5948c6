import type { IAuthenticateGeneric, ICredentialType, INodeProperties } from 'n8n-workflow';

/** Inbox Hub: the webhook secret to receive with, and the API key to register with. */
export class InboxHubApi implements ICredentialType {
	name = 'realtimeWebhooksInboxHubApi';

	displayName = 'Inbox Hub API';

	icon = { light: 'file:inboxHub.svg', dark: 'file:inboxHub.dark.svg' } as const;

	documentationUrl =
		'https://github.com/realtime-webhooks/n8n-nodes-realtime-webhooks/blob/main/docs/credentials.md#inbox-hub-api';

	properties: INodeProperties[] = [
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://api.inbox-hub.com',
			required: true,
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'The trigger needs it to register its webhook on a session. Leave empty to only receive events and paste the webhook URL into Inbox Hub yourself.',
		},
		{
			displayName: 'Webhook Secret',
			name: 'webhookSecret',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description:
				'The secret that Inbox Hub signs each delivery with. Use 16 to 255 random characters.',
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
		properties: { headers: { 'X-API-Key': '={{$credentials.apiKey}}' } },
	};
}
