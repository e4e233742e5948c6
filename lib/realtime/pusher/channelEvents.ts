import type { RealtimeMessage, RealtimeSink } from '../source';
import { decrypt } from './encryption';
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
