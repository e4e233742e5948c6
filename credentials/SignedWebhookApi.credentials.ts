import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

/** What deliveries of any provider are verified with. Nothing is connected to. */
export class SignedWebhookApi implements ICredentialType {
	name = 'realtimeWebhooksSignedWebhookApi';

	displayName = 'Signed Webhook API';

	icon: Icon = {
		light: 'file:icons/signedWebhook.svg',
		dark: 'file:icons/signedWebhook.dark.svg',
	};

	documentationUrl =
		'https://github.com/realtime-webhooks/n8n-nodes-realtime-webhooks/blob/main/docs/credentials.md#signed-webhook-api';

	properties: INodeProperties[] = [
		{
			displayName: 'Secret',
			name: 'secret',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description:
				'The signing secret of the webhook, exactly as the provider shows it. For Ed25519 signatures, the public key. For basic auth, user:password.',
		},
		{
			displayName: 'Previous Secret',
			name: 'previousSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'The old secret after a change. While it is set, deliveries signed with either secret are accepted. Remove it once the provider uses the new one.',
		},
		{
			displayName: 'Verify Token',
			name: 'verifyToken',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'Only for Meta (WhatsApp Cloud, Messenger, Instagram): the Verify Token that you enter in the app dashboard. If empty, the secret is used.',
		},
	];
}
