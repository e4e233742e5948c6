import type { LookupFunction } from 'node:net';
import type { RealtimeFailure } from '../../net/failure';
import { openWebSocket, type OpenWebSocket } from '../../net/webSocket';
import type { CableSettings } from './settings';
import { closed, disconnected, notWelcome, stale } from './failure';
import { isProtocol, readFrame, type CableFrame, type ServerClock } from './frame';

/** AnyCable's protocol with history, and the one of Rails. */
const EXTENDED = 'actioncable-v1-ext-json';
const BASIC = 'actioncable-v1-json';

/** How a connection is opened. */
export interface CableOptions {
	/** Whether AnyCable's extended protocol is offered to the server. */
	readonly extended: boolean;
	readonly lookup?: LookupFunction;
	/** Milliseconds for the handshake, and again for the welcome. */
	readonly limitMs: number;
	/** Milliseconds without any frame after which the connection counts as dead. */
	readonly staleMs: number;
	readonly signal: AbortSignal;
	/** Set by the server's pings. */
	readonly clock: ServerClock;
	/** Reads a frame, and drops what cannot be read. */
	readonly guarded: (read: () => void) => void;
}

/** Takes what is not the business of the connection itself. */
export interface CableHandlers {
	frame(frame: CableFrame): void;
	/** It ended by itself, after the welcome; told once. */
	ended(failure: RealtimeFailure): void;
}

/** A connection that the server has welcomed. */
export interface CableLink {
	/** Whether the server chose AnyCable's extended protocol. */
	readonly extended: boolean;
	/** The session's id, where the server tells one. */
	readonly sid: string | undefined;
	send(command: Readonly<Record<string, unknown>>): void;
	/** Closes at once; nothing is told afterwards. */
	close(): void;
}

/**
 * Connects and waits for the server's welcome.
 *
 * @throws {RealtimeFailure} where the server refuses, or there is none
 */
export async function openCable(
	settings: CableSettings,
	options: CableOptions,
	handlers: CableHandlers,
): Promise<CableLink> {
	const opening = new Opening(settings, options, handlers);
	return await opening.open();
}

class Opening {
	private socket: OpenWebSocket | undefined;

	private settle: { welcome(): void; fail(failure: RealtimeFailure): void } | undefined;

	private state: 'over' | 'waiting' | 'welcome' = 'waiting';

	private welcomeFrame: CableFrame | undefined;

	private failure: RealtimeFailure | undefined;

	private lastFrameAt = 0;

	private staleTimer: NodeJS.Timeout | undefined;

	constructor(
		private readonly settings: CableSettings,
		private readonly options: CableOptions,
		private readonly handlers: CableHandlers,
	) {}

	async open(): Promise<CableLink> {
		const { settings, options } = this;
		const { extended, lookup, limitMs, signal, guarded } = options;
		const { url, origin, headers, redact } = settings;
		const protocols = [...(extended ? [EXTENDED] : []), BASIC];
		const socket = await openWebSocket(
			{ url, protocols, headers: { ...headers, origin }, lookup, limitMs, signal, redact },
			{
				text: (text) => guarded(() => this.received(text)),
				ended: (code, reason) => this.end(closed(code, reason, settings)),
			},
		);
		this.socket = socket;
		await this.welcomed();
		return {
			extended: socket.protocol === EXTENDED,
			sid: this.welcomeFrame?.sid,
			send: (command) => socket.send(JSON.stringify(command)),
			close: () => this.close(),
		};
	}

	/** Rails answers what is sent before its welcome, other servers do not. */
	private async welcomed(): Promise<void> {
		const { limitMs, signal } = this.options;
		const { host } = this.settings;
		let timer: NodeJS.Timeout | undefined;
		const stop = () => this.end(notWelcome(host, 'listening was stopped before its welcome'));
		try {
			await new Promise<void>((resolve, reject) => {
				this.settle = { welcome: resolve, fail: reject };
				timer = setTimeout(
					() =>
						this.end(notWelcome(host, `did not send its welcome within ${limitMs / 1000} seconds`)),
					limitMs,
				);
				signal.addEventListener('abort', stop);
				if (signal.aborted) stop();
				// Both may have come together with the handshake.
				if (this.state === 'welcome') resolve();
				if (this.failure !== undefined) reject(this.failure);
			});
		} finally {
			clearTimeout(timer);
			signal.removeEventListener('abort', stop);
			if (this.state !== 'welcome') this.close();
		}
	}

	private received(text: string): void {
		this.lastFrameAt = Date.now();
		if (this.state === 'over') return;
		const frame = readFrame(text);
		if (frame === undefined || !isProtocol(frame)) {
			throw new Error('it is not a message of Action Cable');
		}
		switch (frame.type) {
			case 'welcome':
				if (this.state !== 'waiting') return;
				this.state = 'welcome';
				this.welcomeFrame = frame;
				this.watchForSilence();
				return this.settle?.welcome();
			case 'ping':
				return this.ping(frame.message);
			case 'disconnect':
				return this.end(disconnected(frame.reason, frame.reconnect ?? true, this.settings));
			default:
				if (this.state === 'welcome') this.handlers.frame(frame);
		}
	}

	/** A ping holds the server's clock. AnyCable may end connections that do not answer it. */
	private ping(time: unknown): void {
		this.options.clock.set(time);
		if (this.socket?.protocol === EXTENDED) this.socket.send('{"command":"pong"}');
	}

	private watchForSilence(): void {
		const { staleMs } = this.options;
		const silentMs = () => Date.now() - this.lastFrameAt;
		const check = () => {
			// Frames may wait behind whatever kept this process busy: they are read first.
			setImmediate(() => {
				if (this.state === 'over') return;
				const left = staleMs - silentMs();
				if (left <= 0) return this.end(stale(this.settings.host, staleMs));
				this.staleTimer = setTimeout(check, left).unref();
			});
		};
		this.staleTimer = setTimeout(check, staleMs).unref();
	}

	/** The end by itself, in whatever state. */
	private end(failure: RealtimeFailure): void {
		const { state, settle } = this;
		if (state === 'over') return;
		this.failure = failure;
		this.close();
		if (state === 'welcome') this.handlers.ended(failure);
		else settle?.fail(failure);
	}

	private close(): void {
		this.state = 'over';
		clearTimeout(this.staleTimer);
		this.socket?.close();
	}
}
