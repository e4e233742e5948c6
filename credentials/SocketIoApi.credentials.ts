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
				'Address of the Socket.IO server (version 3 or newer), without path. It is reached over WebSocket.',
		},
		{
			displayName: 'Path',
			name: 'path',
			type: 'string',
			default: '/socket.io',
			description: 'HTTP path at which the server listens. This is not the namespace.',
		},
		{
			displayName: 'Auth',
			name: 'auth',
			type: 'string',
			typeOptions: MASKED,
			default: '',
			placeholder: 'e.g. {"token": "…"}',
			description:
				'JSON object that the server reads as socket.handshake.auth. Leave empty if it asks for nothing.',
		},
		{
			displayName: 'Headers',
			name: 'headers',
			type: 'string',
			typeOptions: MASKED,
			default: '',
			placeholder: 'e.g. {"Authorization": "Bearer …"}',
			description: 'JSON object of HTTP headers that are sent with the handshake',
		},
	];
}
