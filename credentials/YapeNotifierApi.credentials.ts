import type {
	IAuthenticateGeneric,
	ICredentialTestRequest,
	ICredentialType,
	INodeProperties,
} from 'n8n-workflow';

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
			description: "Address of Yape Notifier's server. Only its API is asked there.",
		},
		{
			displayName: 'Token',
			name: 'token',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				"Token of your account at Yape Notifier's server. Not needed to receive notifications. For the Realtime Trigger, the tokens of all users of the shop who have a phone, separated by commas: the server shows a token nothing but its own user's notifications.",
		},
		{
			displayName: 'Verification Method',
			name: 'signatureScheme',
			type: 'options',
			default: 'hmac',
			description: 'How the app that forwards the notifications proves that they are its own',
			options: [
				{
					name: 'Bearer Token',
					value: 'bearer',
					description:
						'Header Authorization: Bearer, with the secret itself. For apps that cannot sign; does not protect the content.',
				},
				{
					name: 'HMAC-SHA256 Signature',
					value: 'hmac',
					description: 'Header X-Signature: sha256=…, in hex, over the body',
				},
				{
					name: 'Standard Webhooks',
					value: 'standardWebhooks',
					description:
						'Headers webhook-id, webhook-timestamp and webhook-signature; old deliveries are refused',
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
				'Deliveries are signed with it, or carry it as their token. Long, and nothing that anybody can guess. For Standard Webhooks: whsec_ and base64, or a plain text. Without it the workflow does not publish.',
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
		properties: {
			headers: {
				// Of several, the first.
				Authorization: '=Bearer {{ ($credentials.token || "").trim().split(/[\\s,]+/)[0] }}',
				// Laravel answers everything else with a redirect to a login page.
				Accept: 'application/json',
			},
		},
	};

	/** With a token, the account is read; without one, only that the server can be reached. */
	test: ICredentialTestRequest = {
		request: {
			baseURL: '={{$credentials.baseUrl}}',
			url: '={{$credentials.token ? "/api/me" : "/api/settings/monitored-packages"}}',
		},
	};
}
