import { PusherSource } from '../../../../lib/pusher/source';
import { pusherMessage } from '../../../../lib/pusher/toMessage';
import {
	connectionTimeoutOption,
	eventIdFieldOption,
	readConnectionLimit,
	readEventIdField,
	readListenOptions,
} from '../listenOptions';
import type { ListenTransport } from '../listenTransport';
import { readPusherCredential } from './credential';
import { pusherOptions, pusherProperties } from './parameters';
import { authoriserOf, readListenChannels } from './read';

/** Listens to channels of a Pusher app as one of its clients. */
export const pusherListening: ListenTransport = {
	id: 'pusher',
	displayName: 'Pusher',
	description: 'Listens to channels of Pusher Channels, Laravel Reverb, soketi or AnyCable',
	properties: pusherProperties,
	options: [...pusherOptions, connectionTimeoutOption, eventIdFieldOption],
	async open(context, egress) {
		const settings = await readPusherCredential(context);
		const options = readListenOptions(context);
		const message = {
			eventIdField: readEventIdField(options),
			reportMembers: options.reportMembers === true,
		};
		return new PusherSource({
			settings,
			channels: readListenChannels(context, settings),
			authorise: authoriserOf(context, settings, options, egress),
			egress,
			toMessage: (event) => pusherMessage(event, message),
			times: { connectMs: readConnectionLimit(context, options) },
		});
	},
};
