import { createHash } from 'node:crypto';
import { receivedMessage } from '../receivedMessage';
import type { RealtimeMessage, RealtimeSink } from '../source';
import { decrypt, isCache } from './channel';
import { readData, type PusherFrame } from './frame';
import type { PusherSettings } from './settings';

/** An event on a channel, as it is made into a message. */
export interface PusherEvent {
	/** `order.created`; the protocol's own ones without their prefix: `member_added`. */
	readonly event: string;
	/** Undefined for an event of the connection itself. */
	readonly channel: string | undefined;
	/** What was sent: JSON is read, encrypted payloads are in clear. */
	readonly payload: unknown;
	/** It is encrypted with another key than ours; `payload` is as it came. */
	readonly unreadable: boolean;
	/** Whose client event it is, presence channels only. */
	readonly userId: string | undefined;
	/** Members of the presence channel after the event, where it is one. */
	readonly memberCount: number | undefined;
	/** `host[:port]` of the server. */
	readonly host: string;
	/** `<socket id>/<n>`: unique, but not the same for a copy. */
	readonly messageId: string;
	readonly receivedAt: Date;
}

/** Events of the protocol itself that concern the user, by their names on the wire. */
const PROTOCOL_PREFIX = /^pusher(_internal)?:/;

/** Makes messages of what one connection receives. */
export class ChannelEvents {
	/** The server's id of the connection. */
	connectionId = '';

	private readonly host: string;

	private readonly keys = new Map<string, Buffer>();

	private readonly members = new Map<string, Set<string>>();

	private readonly warned = new Set<string>();

	private sequence = 0;

	constructor(
		{ socketOrigin }: PusherSettings,
		private readonly toMessage: (event: PusherEvent) => RealtimeMessage | undefined,
		private readonly sink: RealtimeSink,
	) {
		this.host = new URL(socketOrigin).host;
	}

	/** The key of an encrypted channel's payloads. */
	decryptWith(channel: string, key: Buffer | undefined): void {
		if (key !== undefined) this.keys.set(channel, key);
	}

	/** Hands over what the frame tells. */
	take(frame: PusherFrame): void {
		const { channel, userId } = frame;
		this.sequence += 1;
		const event: PusherEvent = {
			event: frame.event.replace(PROTOCOL_PREFIX, ''),
			channel,
			...this.readPayload(frame),
			userId: userId ?? memberId(frame),
			memberCount: this.countMembers(frame),
			host: this.host,
			messageId: `${this.connectionId}/${this.sequence}`,
			receivedAt: new Date(),
		};
		const message = this.toMessage(event);
		if (message !== undefined) this.sink.message(message);
	}

	private readPayload({ event, channel, data }: PusherFrame): {
		payload: unknown;
		unreadable: boolean;
	} {
		const key = channel === undefined ? undefined : this.keys.get(channel);
		if (key === undefined || PROTOCOL_PREFIX.test(event))
			return { payload: data, unreadable: false };
		const text = decrypt(data, key);
		if (text !== undefined) return { payload: readData(text), unreadable: false };
		if (!this.warned.has(channel ?? '')) {
			this.warned.add(channel ?? '');
			this.sink.warn(
				`An event on ${channel} is encrypted with another key. Check 'Encryption Master Key' in the credential`,
			);
		}
		return { payload: data, unreadable: true };
	}

	/** The server tells all members at the subscription, and then each who comes or goes. */
	private countMembers(frame: PusherFrame): number | undefined {
		const { event, channel } = frame;
		if (channel?.startsWith('presence-') !== true) return undefined;
		const members = this.members.get(channel) ?? new Set();
		this.members.set(channel, members);
		const id = memberId(frame);
		if (event === 'pusher_internal:subscription_succeeded') {
			members.clear();
			for (const each of presentMembers(frame.data)) members.add(each);
		}
		if (event === 'pusher_internal:member_added' && id !== undefined) members.add(id);
		if (event === 'pusher_internal:member_removed' && id !== undefined) members.delete(id);
		return members.size;
	}
}

function memberId({ event, data }: PusherFrame): string | undefined {
	if (!event.startsWith('pusher_internal:member_')) return undefined;
	const { user_id: id } = (data ?? {}) as { user_id?: unknown };
	return isId(id) ? String(id) : undefined;
}

function presentMembers(data: unknown): string[] {
	const { presence } = (data ?? {}) as { presence?: { ids?: unknown } };
	return Array.isArray(presence?.ids) ? presence.ids.filter(isId).map(String) : [];
}

function isId(value: unknown): value is number | string {
	return typeof value === 'string' || typeof value === 'number';
}

/** More must not wait in memory: a history that takes so long is asked again. */
const MOST_HELD = 10_000;

/** Holds messages back until what was missed before them has been handed over. */
export class HeldMessages implements RealtimeSink {
	private held: RealtimeMessage[] | undefined;

	private over = false;

	private lost = 0;

	constructor(
		private readonly sink: RealtimeSink,
		holds: boolean,
	) {
		this.held = holds ? [] : undefined;
	}

	message(message: RealtimeMessage): void {
		if (this.over) return;
		if (this.held === undefined) this.sink.message(message);
		else if (this.held.length < MOST_HELD) this.held.push(message);
		else this.lost += 1;
	}

	warn(problem: string): void {
		if (!this.over) this.sink.warn(problem);
	}

	/** From now on everything goes through, what was held first. */
	release(): void {
		const held = this.held ?? [];
		this.held = undefined;
		for (const message of held) this.message(message);
		if (this.lost === 0) return;
		this.warn(`${this.lost} events came faster than the missed ones could be read, and are lost`);
	}

	/** Nothing goes through any more. */
	drop(): void {
		this.over = true;
		this.held = undefined;
	}
}

/** What the user chose of how events are handed over. */
interface PusherMessageOptions {
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

/**
 * Cache channels greet every new subscriber with their newest event (or `pusher:cache_miss`): after a
 * reconnect that is as a rule one that was handed over before.
 *
 * @see https://pusher.com/docs/channels/using_channels/cache-channels/
 */
export class CachedEvents {
	private readonly newest = new Map<string, string>();

	private readonly expected = new Set<string>();

	/** A subscription to the channel begins. */
	expect(channel: string): void {
		if (isCache(channel)) this.expected.add(channel);
	}

	/** Whether this is the greeting, and was the channel's newest event before. */
	isRepeat({ event, channel }: PusherFrame, text: string): boolean {
		if (channel === undefined || !isCache(channel)) return false;
		if (event.startsWith('pusher_internal:')) return false;
		const isGreeting = this.expected.delete(channel);
		if (event === 'pusher:cache_miss') return false;
		const digest = createHash('sha256').update(text).digest('base64');
		const isRepeat = isGreeting && this.newest.get(channel) === digest;
		this.newest.set(channel, digest);
		return isRepeat;
	}
}
