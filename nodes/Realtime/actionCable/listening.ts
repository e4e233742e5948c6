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
			'Classes of the channels to subscribe to, as the server calls them; a channel with parameters as a JSON object. Separate them by commas or lines, or give a list by an expression.',
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
			'Whether to speak the protocol with which AnyCable sends after a reconnect what was missed',
		options: [
			{ name: 'Automatic', value: 'auto', description: 'Where the server speaks it' },
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
			'After how many seconds without a sign of life from the server to connect anew. Servers send a ping every 3 seconds, unless they are set up otherwise.',
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
	description: 'Listens to channels of Rails Action Cable or AnyCable',
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
