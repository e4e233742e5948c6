import type {
	Icon,
	ICredentialType,
	INodeProperties,
	INodePropertyTypeOptions,
} from 'n8n-workflow';

/** Masked for what the fields hold, tokens above all: their names alone do not tell. */
const MASKED: INodePropertyTypeOptions = { password: true };

/** An Action Cable or AnyCable server. Tested by a handshake until the server's welcome. */
export class ActionCableApi implements ICredentialType {
	name = 'realtimeWebhooksActionCableApi';

	displayName = 'Action Cable API';

	icon: Icon = { light: 'file:icons/actionCable.svg', dark: 'file:icons/actionCable.dark.svg' };

	documentationUrl =
		'https://github.com/realtime-webhooks/n8n-nodes-realtime-webhooks/blob/main/docs/credentials.md#action-cable-api';

	properties: INodeProperties[] = [
		{
			displayName: 'URL',
			name: 'url',
			type: 'string',
			typeOptions: MASKED,
			default: '',
			placeholder: 'e.g. wss://app.example.com/cable',
			description:
				'The URL of the cable to listen to. You can add a token as ?token=…. Without a path, /cable is used.',
		},
		{
			displayName: 'Origin',
			name: 'origin',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://app.example.com',
			description:
				'The origin to send. Rails only accepts origins in config.action_cable.allowed_request_origins. Leave empty to use the URL of the cable.',
		},
		{
			displayName: 'Headers',
			name: 'headers',
			type: 'string',
			typeOptions: MASKED,
			default: '',
			placeholder: 'e.g. {"Cookie": "_session_id=…"}',
			description: 'A JSON object of HTTP headers to send with the handshake',
		},
		{
			displayName: 'Broadcast URL',
			name: 'broadcastUrl',
			type: 'string',
			default: '',
			placeholder: 'e.g. http://127.0.0.1:8090/_broadcast',
			description: 'The URL at which AnyCable accepts broadcasts over HTTP',
		},
		{
			displayName: 'Broadcast Key',
			name: 'broadcastKey',
			type: 'string',
			typeOptions: MASKED,
			default: '',
			description:
				'The broadcast key of AnyCable. If AnyCable only has a secret, the key is the hex HMAC-SHA256 of the text broadcast-cable with that secret.',
		},
	];
}
