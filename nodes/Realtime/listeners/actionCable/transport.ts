import { readCableSettings } from '../../../../lib/realtime/actionCable/settings';
import { CableSource } from '../../../../lib/realtime/actionCable/source';
import { readChannels } from '../../../../lib/realtime/actionCable/channels';
import { inWords } from '../inWords';
import {
	connectionTimeoutOption,
	eventIdFieldOption,
	readConnectionLimit,
	readEventIdField,
	readListenOptions,
} from '../listenOptions';
import type { ListenTransport } from '../listenTransport';
import { actionCableOptions, actionCableProperties, readPingLimit } from './parameters';

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
			settings: inWords(context, () => readCableSettings(fields)),
			channels: inWords(context, () => readChannels(context.getNodeParameter('channels', ''))),
			extended: options.extendedProtocol !== 'never',
			limitMs: readConnectionLimit(context, options),
			staleMs: readPingLimit(context, options),
			eventIdField: readEventIdField(options),
			egress,
		});
	},
};
