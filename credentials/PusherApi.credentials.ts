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
			description:
				'The type of server. It determines the limits for request size and number of events.',
			options: [
				{ name: 'AnyCable', value: 'anycable' },
				{
					name: 'Decide by Host',
					value: 'auto',
					description:
						'Pusher Channels if no host is set. Otherwise, the limits that every server accepts.',
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
			description: 'Needed to broadcast, but not to listen',
		},
		{
			displayName: 'Key',
			name: 'key',
			type: 'string',
			required: true,
			default: '',
			description:
				"The public key of the app. It can't contain a colon, because Laravel Reverb would refuse private channels.",
		},
		{
			displayName: 'Secret',
			name: 'secret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'Needed to broadcast, and to listen to private channels without an Auth Endpoint',
		},
		{
			displayName: 'Cluster',
			name: 'cluster',
			type: 'string',
			default: 'mt1',
			description: 'The cluster of Pusher Channels. Not used if a host is set.',
		},
		{
			displayName: 'Host',
			name: 'host',
			type: 'string',
			default: '',
			placeholder: 'e.g. realtime.example.com',
			description:
				'The host name of your own server, such as Reverb. Leave empty for Pusher Channels.',
		},
		{
			displayName: 'Port',
			name: 'port',
			type: 'number',
			default: 0,
			description: 'The port of the host. 0 means the default: 443 with TLS, 80 without.',
		},
		{
			displayName: 'TLS',
			name: 'tls',
			type: 'boolean',
			default: true,
			description: 'Whether to connect to the host over wss:// and https://',
		},
		{
			displayName: 'Path',
			name: 'path',
			type: 'string',
			default: '',
			placeholder: 'e.g. /realtime',
			description: 'The path prefix of the server (Reverb: REVERB_SERVER_PATH)',
		},
		{
			displayName: 'Origin',
			name: 'origin',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://app.example.com',
			description:
				'The origin to send when listening, for servers that only accept certain origins (Laravel Reverb: allowed_origins). Not needed to broadcast.',
		},
		{
			displayName: 'Auth Endpoint',
			name: 'authEndpoint',
			type: 'string',
			default: '',
			placeholder: 'e.g. /api/broadcasting/auth',
			description:
				'Where your application authorizes listeners for private channels: a path on the host, or a full URL. Leave empty to authorize them with the secret. If /api/broadcasting/auth is not found, /broadcasting/auth is tried.',
		},
		{
			displayName: 'Auth Headers',
			name: 'authHeaders',
			type: 'string',
			typeOptions: MASKED,
			default: '',
			placeholder: 'e.g. {"Authorization": "Bearer …"}',
			description: 'A JSON object of HTTP headers to send to the Auth Endpoint',
		},
		{
			displayName: 'Encryption Master Key',
			name: 'encryptionMasterKey',
			type: 'string',
			typeOptions: MASKED,
			default: '',
			description:
				'32 bytes in base64, for channels whose name starts with private-encrypted-. It is never sent to the server.',
		},
	];
}
