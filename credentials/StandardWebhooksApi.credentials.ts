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
				'The secret that sender and receiver share: whsec_ and then 24 to 64 bytes in base64. Deliveries are signed with it where a subscriber has no secret of its own.',
		},
		{
			displayName: 'Previous Secret',
			name: 'previousSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'The secret before a change. While it stands here, deliveries are signed with both, so that receivers can change over one after the other.',
		},
		{
			displayName: 'Private Key',
			name: 'privateKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			placeholder: 'e.g. whsk_…',
			description:
				'Ed25519 key of the sender: whsk_ and then the key in base64. With it, deliveries can carry a signature (v1a) that receivers verify without sharing a secret. Not needed otherwise.',
		},
	];
}
