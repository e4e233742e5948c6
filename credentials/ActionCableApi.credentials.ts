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
				'Address of the cable, to listen to it; a token may follow as ?token=…. Without a path, /cable is taken.',
		},
		{
			displayName: 'Origin',
			name: 'origin',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://app.example.com',
			description:
				'Web page that the connection claims to come from. Rails accepts only what config.action_cable.allowed_request_origins allows. Empty: the address of the cable.',
		},
		{
			displayName: 'Headers',
			name: 'headers',
			type: 'string',
			typeOptions: MASKED,
			default: '',
			placeholder: 'e.g. {"Cookie": "_session_id=…"}',
			description: 'JSON object of HTTP headers that are sent with the handshake',
		},
		{
			displayName: 'Broadcast URL',
			name: 'broadcastUrl',
			type: 'string',
			default: '',
			placeholder: 'e.g. http://127.0.0.1:8090/_broadcast',
			description: 'Address at which AnyCable takes broadcasts over HTTP, to send through it',
		},
		{
			displayName: 'Broadcast Key',
			name: 'broadcastKey',
			type: 'string',
			typeOptions: MASKED,
			default: '',
			description:
				"AnyCable's broadcast key. If it has only a secret, the key is the hex HMAC-SHA256 of the text broadcast-cable with that secret.",
		},
	];
}
