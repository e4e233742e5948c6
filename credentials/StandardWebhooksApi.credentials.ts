import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

/**
 * Signing secrets of Standard Webhooks 1.0. Nothing is connected to: the nodes that use it test
 * whether the secrets are ones.
 */
export class StandardWebhooksApi implements ICredentialType {
	name = 'realtimeWebhooksStandardWebhooksApi';

	displayName = 'Standard Webhooks API';

	icon: Icon = {
		light: 'file:icons/standardWebhooks.svg',
		dark: 'file:icons/standardWebhooks.dark.svg',
	};

	documentationUrl =
		'https://github.com/realtime-webhooks/n8n-nodes-realtime-webhooks/blob/main/docs/credentials.md#standard-webhooks-api';

	properties: INodeProperties[] = [
		{
			displayName: 'Secret',
			name: 'secret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			placeholder: 'e.g. whsec_…',
			description:
				'The secret shared by sender and receiver: whsec_ followed by 24 to 64 bytes in base64. It signs deliveries to subscribers without a secret of their own.',
		},
		{
			displayName: 'Previous Secret',
			name: 'previousSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'The old secret after a change. While it is set, deliveries are signed with both secrets, so that receivers can switch one by one.',
		},
		{
			displayName: 'Private Key',
			name: 'privateKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			placeholder: 'e.g. whsk_…',
			description:
				'The Ed25519 key of the sender: whsk_ followed by the key in base64. It adds a signature (v1a) that receivers can verify without a shared secret. Optional.',
		},
	];
}
