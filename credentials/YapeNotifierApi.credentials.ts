import type { IAuthenticateGeneric, ICredentialType, INodeProperties } from 'n8n-workflow';

/** Yape Notifier, or any app that forwards notifications: how deliveries are verified, and the API. */
export class YapeNotifierApi implements ICredentialType {
	name = 'realtimeWebhooksYapeNotifierApi';

	displayName = 'Yape Notifier API';

	icon = { light: 'file:yape.svg', dark: 'file:yape.dark.svg' } as const;

	documentationUrl =
		'https://github.com/realtime-webhooks/n8n-nodes-realtime-webhooks/blob/main/docs/credentials.md#yape-notifier-api';

	properties: INodeProperties[] = [
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://api.notificaciones.space',
			required: true,
			description: "The URL of Yape Notifier's server. Only needed for its API.",
		},
		{
			displayName: 'Token',
			name: 'token',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				"The token of your account at Yape Notifier. Not needed for Yape Trigger. For Realtime Trigger, enter the tokens of all users with a phone, separated by commas, because the server only shows each user's own notifications.",
		},
		{
			displayName: 'Verification Method',
			name: 'signatureScheme',
			type: 'options',
			default: 'hmac',
			description: 'How the app authenticates the notifications it forwards',
			options: [
				{
					name: 'Bearer Token',
					value: 'bearer',
					description:
						"The secret itself in the header Authorization: Bearer. For apps that can't sign. Does not protect the content.",
				},
				{
					name: 'HMAC-SHA256 Signature',
					value: 'hmac',
					description: 'A hex signature of the body in the header X-Signature: sha256=…',
				},
				{
					name: 'Standard Webhooks',
					value: 'standardWebhooks',
					description:
						'The headers webhook-id, webhook-timestamp and webhook-signature. Old deliveries are refused.',
				},
			],
		},
		{
			displayName: 'Webhook Secret',
			name: 'webhookSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'The secret that the app signs its deliveries with, or sends as the token. Use a long random text. For Standard Webhooks: whsec_ followed by base64, or a plain text. Needed for Yape Trigger.',
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
		properties: {
			headers: {
				// Of several, the first.
				Authorization: '=Bearer {{ ($credentials.token || "").trim().split(/[\\s,]+/)[0] }}',
				// Laravel answers everything else with a redirect to a login page.
				Accept: 'application/json',
			},
		},
	};
}
