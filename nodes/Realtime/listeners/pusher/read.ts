import { NodeOperationError, type ITriggerFunctions } from 'n8n-workflow';
import {
	authoriseByEndpoint,
	authoriseWithSecret,
	type Authorise,
	type PresenceMember,
} from '../../../../lib/realtime/pusher/authorise';
import { assertChannel, readChannels } from '../../../../lib/realtime/pusher/channel';
import type { PusherSettings } from '../../../../lib/realtime/pusher/settings';
import type { Egress } from '../listenTransport';
import { inWords } from '../inWords';
import { DEFAULT_USER_ID } from './parameters';

/** More would be subscribed one after the other for minutes. */
const MOST_CHANNELS = 200;

/**
 * The parameter 'Channels'.
 *
 * @throws {NodeOperationError} where there is none, or one that cannot be
 */
export function readListenChannels(
	context: ITriggerFunctions,
	{ server }: PusherSettings,
): readonly string[] {
	const channels = readChannels(context.getNodeParameter('channels', ''));
	if (channels.length === 0 || channels.length > MOST_CHANNELS) {
		const found = channels.length === 0 ? 'is empty' : `names ${channels.length} channels`;
		throw new NodeOperationError(
			context.getNode(),
			`'Channels' ${found}. Write one to ${MOST_CHANNELS} names, such as orders, private-commerce.5.`,
		);
	}
	for (const channel of channels) inWords(context, () => assertChannel(channel, server));
	return channels;
}

/** How channels are authorised: by the application where the credential names it, else locally. */
export function authoriserOf(
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
			`'Presence User Info' is not JSON. Write it such as {"name": "n8n"}.`,
		);
	}
}
