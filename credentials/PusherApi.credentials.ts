import type {
	Icon,
	ICredentialType,
	INodeProperties,
	INodePropertyTypeOptions,
} from 'n8n-workflow';

/** Masked for what the fields hold: their names alone do not tell. */
const MASKED: INodePropertyTypeOptions = { password: true };

/**
 * An app at Pusher Channels, Laravel Reverb, soketi or AnyCable. Tested by the connection that the
 * realtime nodes make.
 */
export class PusherApi implements ICredentialType {
	name = 'realtimeWebhooksPusherApi';

	displayName = 'Pusher API';

	icon: Icon = { light: 'file:icons/pusher.svg', dark: 'file:icons/pusher.dark.svg' };

	documentationUrl =
		'https://github.com/realtime-webhooks/n8n-nodes-realtime-webhooks/blob/main/docs/credentials.md#pusher-api';

	properties: INodeProperties[] = [
		{
			displayName: 'Server',
			name: 'server',
			type: 'options',
			default: 'auto',
			description: 'Decides how large requests may be, and how many events one request may hold',
			options: [
				{ name: 'AnyCable', value: 'anycable' },
				{
					name: 'Decide by Host',
					value: 'auto',
					description: 'Pusher Channels without a host; with one, what every server takes',
				},
				{ name: 'Laravel Reverb', value: 'reverb' },
				{ name: 'Pusher Channels', value: 'pusher' },
				{ name: 'Soketi', value: 'soketi' },
			],
		},
		{
			displayName: 'App ID',
			name: 'appId',
			type: 'string',
			default: '',
			description: 'Needed to broadcast; not needed to listen',
		},
		{
			displayName: 'Key',
			name: 'key',
			type: 'string',
			required: true,
			default: '',
			description:
				'Public key of the app. It must not have a colon: Laravel Reverb would refuse private channels.',
		},
		{
			displayName: 'Secret',
			name: 'secret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'Needed to broadcast, and to listen to private channels where no Auth Endpoint is given',
		},
		{
			displayName: 'Cluster',
			name: 'cluster',
			type: 'string',
			default: 'mt1',
			description: 'Cluster of Pusher Channels; not used where a host is given',
		},
		{
			displayName: 'Host',
			name: 'host',
			type: 'string',
			default: '',
			placeholder: 'e.g. realtime.example.com',
			description: 'Name of a server of your own, such as Reverb; empty for Pusher Channels',
		},
		{
			displayName: 'Port',
			name: 'port',
			type: 'number',
			default: 0,
			description: 'Port of the host; 0 is the usual one, 443 with TLS and 80 without',
		},
		{
			displayName: 'TLS',
			name: 'tls',
			type: 'boolean',
			default: true,
			description: 'Whether the host is reached over wss:// and https://',
		},
		{
			displayName: 'Path',
			name: 'path',
			type: 'string',
			default: '',
			placeholder: 'e.g. /realtime',
			description: "What stands in front of the host's own paths (Reverb: REVERB_SERVER_PATH)",
		},
		{
			displayName: 'Origin',
			name: 'origin',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://app.example.com',
			description:
				'Sent when connecting to listen, for a server that takes certain origins only (Laravel Reverb: allowed_origins); not needed to broadcast',
		},
		{
			displayName: 'Auth Endpoint',
			name: 'authEndpoint',
			type: 'string',
			default: '',
			placeholder: 'e.g. /api/broadcasting/auth',
			description:
				'Where your application authorises private channels for listeners: a path of the host, or a whole address. Empty: they are authorised with the secret. Where /api/broadcasting/auth is not found, /broadcasting/auth is tried.',
		},
		{
			displayName: 'Auth Headers',
			name: 'authHeaders',
			type: 'string',
			typeOptions: MASKED,
			default: '',
			placeholder: 'e.g. {"Authorization": "Bearer …"}',
			description: 'JSON object of HTTP headers that are sent to the Auth Endpoint',
		},
		{
			displayName: 'Encryption Master Key',
			name: 'encryptionMasterKey',
			type: 'string',
			typeOptions: MASKED,
			default: '',
			description:
				'32 bytes in base64, for channels whose name starts with private-encrypted-. The server never sees it.',
		},
	];
}
