import { tryJson } from '../../event/json';
import { parseExactly } from '../../event/exactNumbers';

/** One message of the protocol, its `data` already read where it was JSON inside of JSON. */
export interface PusherFrame {
	readonly event: string;
	readonly channel?: string;
	/** Whose client event it is, presence channels only. */
	readonly userId?: string;
	readonly data: unknown;
}

/**
 * Reads a message of the server. Its `data` is as a rule JSON inside of JSON, but may be any text.
 *
 * @returns undefined where it is no message of the protocol
 * @see https://pusher.com/docs/channels/library_auth_reference/pusher-websockets-protocol/#events
 */
export function readFrame(text: string): PusherFrame | undefined {
	const message = tryJson(text, parseExactly);
	if (typeof message !== 'object' || message === null) return undefined;
	const { event, channel, data, user_id: userId } = message as Record<string, unknown>;
	if (typeof event !== 'string') return undefined;
	// Without its channel, the event would look like one of the connection itself.
	const hasChannel = channel !== undefined && channel !== null;
	if (hasChannel && typeof channel !== 'string' && typeof channel !== 'number') return undefined;
	return {
		event,
		...(hasChannel ? { channel: String(channel) } : {}),
		...(typeof userId === 'string' ? { userId } : {}),
		data: readData(data),
	};
}

/** A payload as it was sent: JSON inside of a text is read, any other text is kept. */
export function readData(data: unknown): unknown {
	if (typeof data !== 'string') return data ?? null;
	const parsed = tryJson(data, parseExactly);
	return parsed === undefined ? data : parsed;
}

/** An error of the protocol; the code is 0 where the server gave none. */
export interface ProtocolError {
	readonly code: number;
	readonly words: string;
}

/** Reads the `data` of a `pusher:error`; soketi has other fields for some. */
export function readProtocolError(data: unknown): ProtocolError {
	const { code, message, error } = (typeof data === 'object' && data !== null ? data : {}) as {
		code?: unknown;
		message?: unknown;
		error?: unknown;
	};
	const words = [message, error, data].find((value) => typeof value === 'string') ?? '';
	const number = typeof code === 'string' ? Number(code) : code;
	const isCode = typeof number === 'number' && Number.isInteger(number);
	return { code: isCode ? number : 0, words: words.slice(0, 300) };
}
