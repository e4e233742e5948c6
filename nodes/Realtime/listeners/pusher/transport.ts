import { eventSelector } from '../../../../lib/realtime/receivedMessage';
import { type PusherEvent, pusherMessage } from '../../../../lib/realtime/pusher/channelEvents';
import { PusherSource } from '../../../../lib/realtime/pusher/source';
import { tellUnreadMoney } from '../../../shared/webhook/tellUnreadMoney';
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
import {
	isYapeNotifier,
	notifierChannel,
	notifierOptions,
	presetProperties,
	readNotifierAccess,
	withNotifierAuth,
} from './yapeNotifier';

/** Listens to channels of a Pusher app as one of its clients. */
export const pusherListening: ListenTransport = {
	id: 'pusher',
	displayName: 'Pusher',
	description: 'Listens to channels of Pusher Channels, Laravel Reverb, soketi or AnyCable',
	properties: [...presetProperties, ...pusherProperties],
	options: [...pusherOptions, connectionTimeoutOption, eventIdFieldOption],
	async open(context, egress) {
		const settings = await readPusherCredential(context);
		const options = readListenOptions(context);
		const message = {
			eventIdField: readEventIdField(options),
			reportMembers: options.reportMembers === true,
		};
		const toMessage = (event: PusherEvent) => pusherMessage(event, message);
		const shared = { egress, times: { connectMs: readConnectionLimit(context, options) } };
		if (!isYapeNotifier(context)) {
			return new PusherSource({
				...shared,
				settings,
				channels: readListenChannels(context, settings),
				authorise: authoriserOf(context, settings, options, egress),
				toMessage,
			});
		}
		// Read before anything is connected: n8n can evaluate no expression afterwards.
		const selects = eventSelector(context.getNodeParameter('events', '*'));
		const access = await readNotifierAccess(context, egress);
		const withAuth = withNotifierAuth(settings, access);
		return new PusherSource({
			...shared,
			settings: withAuth,
			channels: [notifierChannel(context)],
			authorise: authoriserOf(context, withAuth, options, egress),
			...notifierOptions(access, toMessage, (event) => tellUnreadMoney(context, event, selects)),
		});
	},
};
