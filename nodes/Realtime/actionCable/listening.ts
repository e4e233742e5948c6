import type { INodeProperties, ITriggerFunctions } from 'n8n-workflow';
import { readChannels } from '../../../lib/realtime/actionCable/channels';
import { readCableSettings } from '../../../lib/realtime/actionCable/settings';
import { CableSource } from '../../../lib/realtime/actionCable/source';
import { readOrTell } from '../listen/runListener';
import {
	connectionTimeoutOption,
	eventIdFieldOption,
	readConnectionLimit,
	readEventIdField,
	readListenOptions,
} from '../listen/listenOptions';
import type { ListenTransport } from '../listen/listenTransport';
import { LONGEST_SECONDS, readNumberOption, secondsOption } from '../../shared/options';

const displayOptions = { show: { transport: ['actionCable'] } };

const DEFAULT_PING_SECONDS = 6;

/** What is listened to at an Action Cable server. */
const actionCableProperties: INodeProperties[] = [
	{
		displayName: 'Channels',
		name: 'channels',
		type: 'string',
		typeOptions: { rows: 2 },
		required: true,
		default: '',
		placeholder: 'e.g. WebhookChannel, {"channel": "RoomChannel", "room": "1"}',
		description:
			'The class names of the channels on the server. Write a channel with parameters as a JSON object. Separate channels with commas or line breaks, or use an expression that returns a list.',
		displayOptions,
	},
];

/** How it is listened to. */
const actionCableOptions: INodeProperties[] = [
	{
		displayName: 'Extended Protocol',
		name: 'extendedProtocol',
		type: 'options',
		default: 'auto',
		description:
			'Whether to use the protocol that lets AnyCable resend missed events after a reconnect',
		options: [
			{ name: 'Automatic', value: 'auto', description: 'Use it if the server supports it' },
			{ name: 'Never', value: 'never' },
		],
	},
	{
		displayName: 'Ping Timeout',
		name: 'pingTimeout',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: LONGEST_SECONDS },
		default: DEFAULT_PING_SECONDS,
		description:
			'Reconnect after this many seconds without a message from the server. Servers send a ping every 3 seconds by default.',
	},
];

/**
 * Milliseconds of 'Ping Timeout'.
 *
 * @throws {NodeOperationError} where it is no number above 0 and up to an hour
 */
function readPingLimit(
	context: ITriggerFunctions,
	options: Readonly<Record<string, unknown>>,
): number {
	const option = secondsOption('Ping Timeout', DEFAULT_PING_SECONDS, DEFAULT_PING_SECONDS);
	return 1000 * readNumberOption(context, options.pingTimeout, { ...option, inMessage: true });
}

/** Listens to channels of Rails Action Cable or AnyCable as one of the server's clients. */
export const actionCableListening: ListenTransport = {
	id: 'actionCable',
	displayName: 'Action Cable',
	description: 'Listen to channels of Rails Action Cable or AnyCable',
	action: 'On an Action Cable or AnyCable message',
	properties: actionCableProperties,
	options: [...actionCableOptions, connectionTimeoutOption, eventIdFieldOption],
	async open(context, egress) {
		const fields = await context.getCredentials('realtimeWebhooksActionCableApi');
		const options = readListenOptions(context);
		return new CableSource({
			settings: readOrTell(context, () => readCableSettings(fields)),
			channels: readOrTell(context, () => readChannels(context.getNodeParameter('channels', ''))),
			extended: options.extendedProtocol !== 'never',
			limitMs: readConnectionLimit(context, options),
			staleMs: readPingLimit(context, options),
			eventIdField: readEventIdField(options),
			egress,
		});
	},
};
