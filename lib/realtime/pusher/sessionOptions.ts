import type { LookupFunction } from 'node:net';
import type { Redact } from '../../net/redact';
import type { FrameGuard } from '../frameGuard';
import type { PusherFrame } from './frame';
import type { PusherTimes } from './times';

/** How a session is opened. */
export interface SessionOptions {
	/** `http(s)://host[:port]`, for messages. */
	readonly origin: string;
	/** `ws(s)://…/app/{key}?…` */
	readonly url: string;
	readonly lookup: LookupFunction | undefined;
	readonly signal: AbortSignal;
	readonly times: PusherTimes;
	readonly redact: Redact;
	/** Sent with the handshake where the user named one. */
	readonly headers: Readonly<Record<string, string>>;
	/** Reads what arrives; kept over connections. */
	readonly guard: FrameGuard;
}

/** Takes what a session tells, in order. */
export interface SessionHandlers {
	/** A message on a channel, the protocol's own ones for the user included. */
	frame(frame: PusherFrame, text: string): void;
	/** An error that ends nothing. */
	warn(problem: string): void;
}
