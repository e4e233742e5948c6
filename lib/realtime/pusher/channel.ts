import { createHash, randomBytes } from 'node:crypto';
import { secretbox } from 'tweetnacl';
import { namesIn } from '../../event/lists';
import { PusherError } from './failure';
import type { PusherServer } from './settings';

/** Characters of a channel or event name, all servers. */
const LONGEST_NAME = 200;

/** @see https://pusher.com/docs/channels/using_channels/channels/#channel-naming-conventions */
const PUSHER_CHANNEL = /^[A-Za-z0-9_\-=@,.;]+$/;

/** Reverb and AnyCable look at the prefix only; control characters still are nobody's name. */
const ANY_CHANNEL = /^[^\s\p{Cc}]+$/u;

/** Prefixes that the protocol keeps for itself. */
const RESERVED_EVENT = /^pusher(_internal)?:/;

/** Whether a subscription needs an authorisation. */
export function isGuarded(channel: string): boolean {
	return channel.startsWith('private-') || isPresence(channel);
}

export function isPresence(channel: string): boolean {
	return channel.startsWith('presence-');
}

/** Whether its payloads are encrypted from end to end. */
export function isEncrypted(channel: string): boolean {
	return channel.startsWith('private-encrypted-');
}

/** Whether the server sends the channel's newest event to each new subscriber. */
export function isCache(channel: string): boolean {
	return /^((private-encrypted|private|presence)-)?cache-/.test(channel);
}

/** @throws {PusherError} of kind `event` where no server has a channel of this name */
export function assertChannel(channel: string, server: PusherServer): void {
	const pattern = server === 'pusher' || server === 'soketi' ? PUSHER_CHANNEL : ANY_CHANNEL;
	if (channel.length <= LONGEST_NAME && pattern.test(channel)) return;
	throw new PusherError(
		'event',
		`'Channels' contains a name that is not allowed: ${shown(channel)}`,
		`A channel's name has up to ${LONGEST_NAME} characters: letters, digits and _ - = @ , . ;`,
	);
}

/** @throws {PusherError} of kind `event` where the server would not take or deliver it */
export function assertEventName(name: string): void {
	if (name.trim() === '') {
		throw new PusherError(
			'event',
			"'Event' is empty",
			'Enter the event name that the clients listen for.',
		);
	}
	if (name.length > LONGEST_NAME) {
		throw new PusherError(
			'event',
			`'Event' has ${name.length} characters`,
			`The servers accept up to ${LONGEST_NAME}.`,
		);
	}
	if (RESERVED_EVENT.test(name)) {
		throw new PusherError(
			'event',
			`'Event' is '${name}', a name that the Pusher protocol reserves`,
			'Use a name that does not start with pusher: or pusher_internal:',
		);
	}
}

/** A list as it is, or the parts of one text with commas or line breaks between them. */
export function readChannels(value: unknown): string[] {
	return [...new Set(namesIn(value))];
}

function shown(channel: string): string {
	return channel.length > 80 ? `${channel.slice(0, 80)}… (${channel.length} characters)` : channel;
}

/** A payload of an encrypted channel as it travels, both fields in base64. */
interface EncryptedPayload {
	readonly nonce: string;
	readonly ciphertext: string;
}

/**
 * The key of one encrypted channel.
 *
 * @param masterKey 32 bytes that the server never sees
 * @see https://pusher.com/docs/channels/using_channels/encrypted-channels/
 */
export function channelKey(masterKey: Buffer, channel: string): Buffer {
	return createHash('sha256').update(channel).update(masterKey).digest();
}

/** Encrypts a text with NaCl's secretbox. */
export function encrypt(text: string, key: Buffer): EncryptedPayload {
	const nonce = randomBytes(secretbox.nonceLength);
	const ciphertext = secretbox(Buffer.from(text), nonce, key);
	return {
		nonce: nonce.toString('base64'),
		ciphertext: Buffer.from(ciphertext).toString('base64'),
	};
}

/** @returns undefined where it was not encrypted with this key */
export function decrypt(payload: unknown, key: Buffer): string | undefined {
	if (typeof payload !== 'object' || payload === null) return undefined;
	const { nonce, ciphertext } = payload as { nonce?: unknown; ciphertext?: unknown };
	if (typeof nonce !== 'string' || typeof ciphertext !== 'string') return undefined;
	const nonceBytes = Buffer.from(nonce, 'base64');
	if (nonceBytes.length !== secretbox.nonceLength) return undefined;
	const text = secretbox.open(Buffer.from(ciphertext, 'base64'), nonceBytes, key);
	return text === null ? undefined : Buffer.from(text).toString('utf8');
}
