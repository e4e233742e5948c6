import { assertChannel, assertEventName, isEncrypted, channelKey, encrypt } from './channel';
import { PusherError } from './failure';
import type { ServerLimits, PusherSettings } from './settings';

/** What an item asks to be sent. */
interface PusherMessage {
	readonly event: string;
	readonly payload: unknown;
	readonly channels: readonly string[];
	/** Of the client that is not to get it; empty for none. */
	readonly socketId: string;
	/** Whether the server is asked how many are subscribed. */
	readonly counts: boolean;
}

/** An event to one or more channels, as the HTTP API takes it. */
export interface ApiEvent {
	readonly name: string;
	/** JSON: the servers pass it on as a text. */
	readonly data: string;
	readonly channels: readonly string[];
	readonly socketId: string;
	readonly counts: boolean;
}

/**
 * Checks a message before anything is sent, and encrypts it where a channel wants that: the result is
 * one event for all plain channels, and one for each encrypted channel, whose key is its own.
 *
 * @throws {PusherError} of kind `event`, `tooLarge` or `settings`
 */
export function apiEvents(
	{ event, payload, channels, socketId, counts }: PusherMessage,
	{ server, masterKey }: PusherSettings,
	limits: ServerLimits,
): ApiEvent[] {
	assertEventName(event);
	if (channels.length === 0) {
		throw new PusherError('event', "'Channels' is empty", 'Enter at least one channel.');
	}
	for (const channel of channels) assertChannel(channel, server);
	if (socketId !== '' && !/^\d+\.\d+$/.test(socketId)) {
		throw new PusherError(
			'event',
			"'Socket ID to Exclude' is not a socket ID",
			'It has the form 123.456. The client gets it from pusher.connection.socket_id.',
		);
	}
	const json = toJson(payload);
	const make = (data: string, names: readonly string[]): ApiEvent => {
		assertSize(event, data, limits);
		return { name: event, data, channels: names, socketId, counts };
	};
	if (!channels.some(isEncrypted)) return [make(json, channels)];
	const plain = channels.filter((channel) => !isEncrypted(channel));
	return [
		...(plain.length === 0 ? [] : [make(json, plain)]),
		...channels.filter(isEncrypted).map((channel) => {
			if (masterKey === undefined) throw noMasterKey(channel);
			return make(JSON.stringify(encrypt(json, channelKey(masterKey, channel))), [channel]);
		}),
	];
}

function toJson(payload: unknown): string {
	let json: string | undefined;
	try {
		json = JSON.stringify(payload);
	} catch {
		json = undefined;
	}
	if (json !== undefined) return json;
	throw new PusherError(
		'event',
		"'Payload' can't be converted to JSON",
		'Send a value made of objects, lists, texts, numbers, true, false and null, without circular references.',
	);
}

function assertSize(event: string, data: string, { dataBytes }: ServerLimits): void {
	const bytes = Buffer.byteLength(data);
	if (dataBytes === undefined || bytes <= dataBytes) return;
	throw tooLarge(
		`The event '${event}' has ${bytes} bytes of data, but the server accepts ${dataBytes}`,
	);
}

/** An event that cannot be sent for its size. */
export function tooLarge(message: string): PusherError {
	return new PusherError(
		'tooLarge',
		message,
		"Send less data, for example one field with 'Payload'. If the server accepts more, set 'Size Limit (Bytes)'.",
	);
}

function noMasterKey(channel: string): PusherError {
	return new PusherError(
		'settings',
		`The channel ${channel} is encrypted, but the credential has no 'Encryption Master Key'`,
		'Enter the same key that the listeners use.',
	);
}

/**
 * About what undici writes in front of a body: request line with its signed query, host and the
 * content's headers. Reverb counts it.
 */
export const requestHeadBytes = 420;
