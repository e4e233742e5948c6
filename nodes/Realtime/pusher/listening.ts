import { NodeOperationError, type ITriggerFunctions } from 'n8n-workflow';
import {
	authoriseByEndpoint,
	authoriseWithSecret,
	type Authorise,
	type PresenceMember,
} from '../../../lib/realtime/pusher/authorise';
import { assertChannel, readChannels } from '../../../lib/realtime/pusher/channel';
import { type PusherEvent, pusherMessage } from '../../../lib/realtime/pusher/channelEvents';
import { type PusherSettings, readPusherSettings } from '../../../lib/realtime/pusher/settings';
import { PusherSource } from '../../../lib/realtime/pusher/source';
import { eventSelector } from '../../../lib/realtime/receivedMessage';
import { tellUnreadMoney } from '../../shared/webhook/tellUnreadMoney';
import { readOrTell } from '../listen/runListener';
import {
	connectionTimeoutOption,
	eventIdFieldOption,
	readConnectionLimit,
	readEventIdField,
	readListenOptions,
} from '../listen/listenOptions';
import type { ListenTransport, Egress } from '../listen/listenTransport';
import { pusherOptions, pusherProperties, DEFAULT_USER_ID } from './listenProperties';
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
	displayName: 'Pusher / Laravel Reverb',
	description: 'Listen to channels of Pusher Channels, Laravel Reverb, soketi or AnyCable',
	action: 'On a Laravel Reverb or Pusher event',
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

/** More would be subscribed one after the other for minutes. */
const MOST_CHANNELS = 200;

/**
 * The parameter 'Channels'.
 *
 * @throws {NodeOperationError} where there is none, or one that cannot be
 */
function readListenChannels(
	context: ITriggerFunctions,
	{ server }: PusherSettings,
): readonly string[] {
	const channels = readChannels(context.getNodeParameter('channels', ''));
	if (channels.length === 0 || channels.length > MOST_CHANNELS) {
		const found = channels.length === 0 ? 'is empty' : `names ${channels.length} channels`;
		throw new NodeOperationError(
			context.getNode(),
			`'Channels' ${found}. Enter one to ${MOST_CHANNELS} names, such as orders, private-commerce.5.`,
		);
	}
	for (const channel of channels) readOrTell(context, () => assertChannel(channel, server));
	return channels;
}

/** How channels are authorised: by the application where the credential names it, else locally. */
function authoriserOf(
	context: ITriggerFunctions,
	settings: PusherSettings,
	options: Readonly<Record<string, unknown>>,
	egress: Egress,
): Authorise {
	const { authEndpoint } = settings;
	return authEndpoint === undefined
		? authoriseWithSecret(settings, readMember(context, options))
		: authoriseByEndpoint(settings, authEndpoint, egress);
}

function readMember(
	context: ITriggerFunctions,
	{ presenceUserId, presenceUserInfo }: Readonly<Record<string, unknown>>,
): PresenceMember {
	const userId = String(presenceUserId ?? '').trim() || DEFAULT_USER_ID;
	if (typeof presenceUserInfo !== 'string') return { userId, userInfo: presenceUserInfo ?? {} };
	try {
		return { userId, userInfo: JSON.parse(presenceUserInfo.trim() || '{}') as unknown };
	} catch {
		throw new NodeOperationError(
			context.getNode(),
			`'Presence User Info' is not valid JSON. Enter it like {"name": "n8n"}.`,
		);
	}
}

/**
 * The credential 'Pusher API' that the node has selected.
 *
 * @throws {NodeOperationError} that names the field and says what to do
 */
async function readPusherCredential(context: ITriggerFunctions): Promise<PusherSettings> {
	const fields = await context.getCredentials('realtimeWebhooksPusherApi');
	return readOrTell(context, () => readPusherSettings(fields));
}
