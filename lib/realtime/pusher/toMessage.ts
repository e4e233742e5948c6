import { receivedMessage } from '../receivedMessage';
import type { RealtimeMessage } from '../source';
import type { PusherEvent } from './channelEvents';

/** What the user chose of how events are handed over. */
export interface PusherMessageOptions {
	/** Dotted path of an identity in the payload, empty for none. */
	readonly eventIdField: string;
	/** Whether a subscription to a presence channel is an event, with the members that are there. */
	readonly reportMembers: boolean;
}

/**
 * The message for an event on a channel: type `pusher.<event>`, source `/pusher/<host>/<channel>`.
 * `data`: `event`, `channel`, `payload`, and where there are any `userId` (of a client event or a
 * member that comes or goes), `memberCount` (presence channels) and `unreadable` (encrypted with
 * another key).
 */
export function pusherMessage(
	event: PusherEvent,
	{ eventIdField, reportMembers }: PusherMessageOptions,
): RealtimeMessage | undefined {
	const { event: name, channel, payload, userId, memberCount, unreadable, host } = event;
	const isGreeting = name === 'subscription_succeeded';
	if (isGreeting && (!reportMembers || memberCount === undefined)) return undefined;
	const path = channel === undefined ? '' : `/${encodeURIComponent(channel)}`;
	const data = {
		event: name,
		channel: channel ?? null,
		payload,
		...(userId === undefined ? {} : { userId }),
		...(memberCount === undefined ? {} : { memberCount }),
		...(unreadable ? { unreadable } : {}),
	};
	return receivedMessage({
		payload,
		source: `/pusher/${host}${path}`,
		type: `pusher.${name}`,
		...(channel === undefined ? {} : { subject: channel }),
		data,
		raw: { event: name, channel: channel ?? null, data: payload },
		fallbackId: event.messageId,
		eventIdField,
		receivedAt: event.receivedAt,
	});
}
