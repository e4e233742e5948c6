import type {
	Icon,
	ICredentialType,
	INodeProperties,
	INodePropertyTypeOptions,
} from 'n8n-workflow';

/** Masked for what the fields hold, tokens above all: their names alone do not tell. */
const MASKED: INodePropertyTypeOptions = { password: true };

/** A Socket.IO server. Tested by the handshake that the node 'Realtime Broadcast' performs. */
export class SocketIoApi implements ICredentialType {
	name = 'realtimeWebhooksSocketIoApi';

	displayName = 'Socket.IO API';

	icon: Icon = { light: 'file:icons/socketIo.svg', dark: 'file:icons/socketIo.dark.svg' };

	documentationUrl =
		'https://github.com/realtime-webhooks/n8n-nodes-realtime-webhooks/blob/main/docs/credentials.md#socketio-api';

	properties: INodeProperties[] = [
		{
			displayName: 'URL',
			name: 'url',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. https://realtime.example.com',
			description:
				'The URL of the Socket.IO server (version 3 or newer), without a path. The connection uses WebSocket.',
		},
		{
			displayName: 'Path',
			name: 'path',
			type: 'string',
			default: '/socket.io',
			description: 'The HTTP path of the server. This is not the namespace.',
		},
		{
			displayName: 'Auth',
			name: 'auth',
			type: 'string',
			typeOptions: MASKED,
			default: '',
			placeholder: 'e.g. {"token": "…"}',
			description:
				'A JSON object that the server reads as socket.handshake.auth. Leave empty if the server needs none.',
		},
		{
			displayName: 'Headers',
			name: 'headers',
			type: 'string',
			typeOptions: MASKED,
			default: '',
			placeholder: 'e.g. {"Authorization": "Bearer …"}',
			description: 'A JSON object of HTTP headers to send with the handshake',
		},
	];
}
