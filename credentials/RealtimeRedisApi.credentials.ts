import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

/** The Redis behind a realtime server, or one in which triggers share what they know. Tested by logging in and asking PING. */
export class RealtimeRedisApi implements ICredentialType {
	name = 'realtimeWebhooksRealtimeRedisApi';

	displayName = 'Realtime Redis API';

	icon: Icon = { light: 'file:icons/redis.svg', dark: 'file:icons/redis.dark.svg' };

	documentationUrl =
		'https://github.com/realtime-webhooks/n8n-nodes-realtime-webhooks/blob/main/docs/credentials.md#realtime-redis-api';

	properties: INodeProperties[] = [
		{
			displayName: 'Host',
			name: 'host',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. redis.example.com',
			description: 'The host name or IP address of the Redis server',
		},
		{
			displayName: 'Port',
			name: 'port',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 65535 },
			default: 6379,
		},
		{
			displayName: 'User',
			name: 'user',
			type: 'string',
			default: '',
			description: 'Leave empty to use the default user',
		},
		{
			displayName: 'Password',
			name: 'password',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: 'Leave empty if the server needs no password',
		},
		{
			displayName: 'Database',
			name: 'database',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 0,
			description:
				'The database number. Events that are published for a realtime server reach all databases.',
		},
		{
			displayName: 'TLS',
			name: 'tls',
			type: 'boolean',
			default: false,
			description: 'Whether to connect over TLS (rediss://)',
		},
	];
}
