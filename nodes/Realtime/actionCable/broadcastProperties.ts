import { NodeOperationError, type IExecuteFunctions, type INodeProperties } from 'n8n-workflow';
import { namesIn } from '../../../lib/event/lists';

const shown = { transport: ['actionCable'] };

/** Where an event goes on Action Cable. */
export const actionCableTarget: INodeProperties[] = [
	{
		displayName: 'Send Via',
		name: 'through',
		type: 'options',
		noDataExpression: true,
		default: 'redis',
		description: 'How the event reaches Action Cable from outside the Rails application',
		options: [
			{
				name: 'AnyCable over HTTP',
				value: 'http',
				description: 'AnyCable started with --broadcast_adapter=http',
			},
			{
				name: 'Redis',
				value: 'redis',
				description: 'The Redis server in config/cable.yml, with the redis adapter',
			},
		],
		displayOptions: { show: shown },
	},
	{
		displayName: 'Streams',
		name: 'streams',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. webhooks, room_1',
		description:
			'The stream names that the channels pass to stream_from. Separate them with commas, or use an expression that returns a list. For stream_for, use the broadcasting_for of the record.',
		displayOptions: { show: shown },
	},
	{
		displayName: 'Channel Prefix',
		name: 'channelPrefix',
		type: 'string',
		default: '',
		placeholder: 'e.g. myapp_production',
		description:
			'The channel_prefix in config/cable.yml, usually the application name and _production. Leave empty if there is none.',
		displayOptions: { show: { ...shown, through: ['redis'] } },
	},
];

/** How an event is sent. */
export const actionCableDelivery: INodeProperties[] = [
	{
		displayName: 'Message',
		name: 'messageFormat',
		type: 'options',
		default: 'eventAndPayload',
		description: 'What the clients of the channels receive',
		options: [
			{
				name: 'Event and Payload',
				value: 'eventAndPayload',
				description: 'An object {"event": …, "payload": …}',
			},
			{ name: 'Payload Only', value: 'payload', description: 'The event name is not sent' },
		],
		displayOptions: { show: shown },
	},
];

/** Where one item goes, and as what. */
export interface CableItem {
	readonly streams: readonly string[];
	readonly channelPrefix: string;
	readonly asEventAndPayload: boolean;
}

/** Reserved by Action Cable's Redis adapter for itself. */
const INTERNAL = '_action_cable_internal';

/** @throws {NodeOperationError} that names the parameter */
export function readCableItem(context: IExecuteFunctions, itemIndex: number): CableItem {
	const parameter = (name: string): unknown => context.getNodeParameter(name, itemIndex, '');
	const names = namesIn(parameter('streams'));
	const fail = (message: string, description: string) => {
		return new NodeOperationError(context.getNode(), message, { itemIndex, description });
	};
	if (names.length === 0) {
		throw fail("'Streams' is empty", 'Enter the name of a stream, such as webhooks.');
	}
	if (names.includes(INTERNAL)) {
		throw fail(`'Streams' contains ${INTERNAL}, which Action Cable reserves`, 'Remove it.');
	}
	const prefix = String(parameter('channelPrefix') ?? '').trim();
	return {
		streams: [...new Set(names)],
		channelPrefix: prefix.replace(/:$/, ''),
		asEventAndPayload: parameter('messageFormat') !== 'payload',
	};
}
