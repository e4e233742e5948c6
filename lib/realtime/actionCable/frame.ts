import { tryJsonObject } from '../../event/json';
import { parseExactly } from '../../event/exactNumbers';

/**
 * What a server sends: protocol messages have a `type`, data has a `message`. AnyCable's data also
 * has its position in the stream that it came by.
 *
 * @see https://docs.anycable.io/misc/action_cable_protocol
 */
export interface CableFrame {
	readonly type?: string;
	readonly identifier?: string;
	readonly message?: unknown;
	readonly reason?: string;
	readonly reconnect?: boolean;
	/** The session's id, in AnyCable's `welcome`. */
	readonly sid?: string;
	readonly position?: StreamPosition;
	/** The frame as it came. */
	readonly raw: Readonly<Record<string, unknown>>;
}

/** Where a message stands in an AnyCable stream. Offsets count within an epoch. */
export interface StreamPosition {
	readonly stream: string;
	readonly epoch: string;
	readonly offset: number;
}

/** @returns undefined for what is no JSON object */
export function readFrame(text: string): CableFrame | undefined {
	const raw = tryJsonObject(text, parseExactly);
	if (raw === undefined) return undefined;
	const { type, identifier, reason, reconnect, sid } = raw;
	const position = readPosition(raw);
	return {
		...(typeof type === 'string' ? { type } : {}),
		...(typeof identifier === 'string' ? { identifier } : {}),
		...('message' in raw ? { message: raw.message } : {}),
		...(typeof reason === 'string' ? { reason } : {}),
		...(typeof reconnect === 'boolean' ? { reconnect } : {}),
		...(typeof sid === 'string' && sid !== '' ? { sid } : {}),
		...(position === undefined ? {} : { position }),
		raw,
	};
}

/** Whether a frame has texts where it says what it is, and about which channel. */
export function isProtocol({ raw: { type, identifier } }: CableFrame): boolean {
	return [type, identifier].every((value) => typeof (value ?? '') === 'string');
}

function readPosition({ stream_id: stream, epoch, offset }: Record<string, unknown>) {
	if (typeof stream !== 'string' || typeof epoch !== 'string') return undefined;
	if (typeof offset !== 'number' || !Number.isSafeInteger(offset)) return undefined;
	return { stream, epoch, offset };
}

/** The server's clock, as its pings tell it: what its history goes by. */
export class ServerClock {
	private aheadMs: number | undefined;

	/** Whether a ping has come; before, our own clock stands in. */
	get isKnown(): boolean {
		return this.aheadMs !== undefined;
	}

	/** @param seconds Unix time in a ping */
	set(seconds: unknown): void {
		if (typeof seconds !== 'number' || !Number.isFinite(seconds)) return;
		this.aheadMs = seconds * 1000 - Date.now();
	}

	/**
	 * Unix seconds.
	 *
	 * @param ownMs our own time, in milliseconds
	 */
	at(ownMs: number): number {
		return Math.floor((ownMs + (this.aheadMs ?? 0)) / 1000);
	}
}
