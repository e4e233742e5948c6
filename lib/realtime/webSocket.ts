import type { LookupFunction, Socket } from 'node:net';
import { Agent, buildConnector, WebSocket, type Dispatcher } from 'undici';
import { networkFault } from '../http/networkFault';
import { RealtimeFailure } from './failure';

export interface WebSocketTarget {
	/** `ws(s)://…`; its query may hold secrets, so that it is never shown. */
	readonly url: string;
	readonly protocols?: readonly string[];
	readonly headers?: Readonly<Record<string, string>>;
	/** Resolves the host name instead of Node's own lookup, to enforce a network policy. */
	readonly lookup?: LookupFunction;
	/** Milliseconds for TCP, TLS and the WebSocket handshake together. */
	readonly limitMs: number;
	/** Gives up at once. */
	readonly signal: AbortSignal;
	/** What the user checks where it cannot be reached: `Check 'Host' and 'Port' in the credential.` */
	readonly advice: string;
}

/** Takes what arrives; set before anything can arrive. */
export interface WebSocketHandlers {
	text(text: string): void;
	/**
	 * The connection has ended by itself; called once, and not where opening it failed.
	 *
	 * @param code 1006 where it broke off without a word
	 */
	ended(code: number, reason: string): void;
}

/** An open WebSocket. */
export interface OpenWebSocket {
	/** Does nothing where the connection has ended. */
	send(text: string): void;
	/** Ends it at once, says goodbye where the network takes it; nothing is told afterwards. */
	close(): void;
}

/** The server answered the handshake with an HTTP status other than 101. */
export class HandshakeRefusal extends RealtimeFailure {
	constructor(
		readonly status: number,
		origin: string,
		advice: string,
	) {
		super(`${origin} answered the WebSocket handshake with HTTP status ${status}`, {
			description: `${advice} A proxy in between has to pass WebSocket connections on.`,
		});
	}
}

/** Far more than any frame of the protocols that are spoken here, far less than n8n's memory. */
const LONGEST_MESSAGE_BYTES = 16 * 1024 * 1024;

/** Time for the goodbye to be answered, in milliseconds; a frozen network never answers. */
const GOODBYE_MS = 1_000;

/**
 * Opens a WebSocket.
 *
 * @throws {RealtimeFailure} a passing one that names what went wrong; {@link HandshakeRefusal} where
 * the server answered
 */
export async function openWebSocket(
	target: WebSocketTarget,
	handlers: WebSocketHandlers,
): Promise<OpenWebSocket> {
	const { url, protocols, headers, limitMs, signal, advice } = target;
	const origin = new URL(url).origin.replace(/^ws/, 'http');
	const dial = new Dial(target);
	signal.throwIfAborted();
	const options = { dispatcher: dial.dispatcher, protocols: [...(protocols ?? [])], headers };
	const socket = new WebSocket(url, options);
	let state: 'opening' | 'open' | 'over' = 'opening';
	const failed = (reject: (error: Error) => void, error: Error) => {
		if (state !== 'opening') return;
		state = 'over';
		dial.destroy();
		reject(error);
	};
	let timer: NodeJS.Timeout | undefined;
	let onAbort: (() => void) | undefined;
	try {
		await new Promise<void>((resolve, reject) => {
			const late = `${origin} did not finish the WebSocket handshake within ${limitMs / 1000} seconds`;
			timer = setTimeout(
				() => failed(reject, new RealtimeFailure(late, { description: advice })),
				limitMs,
			);
			onAbort = () => failed(reject, signal.reason as Error);
			signal.addEventListener('abort', onAbort, { once: true });
			socket.addEventListener('open', () => {
				if (state !== 'opening') return;
				state = 'open';
				resolve();
			});
			socket.addEventListener('message', ({ data }) => {
				if (state === 'open' && typeof data === 'string') handlers.text(data);
			});
			socket.addEventListener('close', ({ code, reason }) => {
				if (state === 'opening') return failed(reject, dial.failure(origin, advice));
				dial.destroy();
				if (state !== 'open') return;
				state = 'over';
				handlers.ended(code, reason);
			});
			// Every error is followed by 'close'; unheard, it would end the process.
			socket.addEventListener('error', () => undefined);
		});
	} finally {
		clearTimeout(timer);
		if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
	}
	return {
		send: (text) => {
			if (state === 'open') socket.send(text);
		},
		close: () => {
			if (state === 'over') return;
			state = 'over';
			socket.close();
			setTimeout(() => dial.destroy(), GOODBYE_MS).unref();
		},
	};
}

/** One connection attempt: undici's WebSocket does not say why one failed, its dispatcher does. */
class Dial {
	readonly dispatcher: Dispatcher;

	private readonly agent: Agent;

	private socket: Socket | undefined;

	private error: Error | undefined;

	private status: number | undefined;

	constructor({ lookup, limitMs }: WebSocketTarget) {
		const connect = buildConnector({ lookup, timeout: limitMs, allowH2: false });
		this.agent = new Agent({
			webSocket: { maxPayloadSize: LONGEST_MESSAGE_BYTES },
			connect: (options, callback) =>
				connect(options, (error, socket) => {
					if (error !== null) this.error = error;
					else this.socket = socket;
					if (error !== null) callback(error, null);
					else callback(null, socket);
				}),
		});
		this.dispatcher = this.agent.compose((dispatch) => (options, handler) => {
			const { onResponseStart, onResponseError } = handler;
			handler.onResponseStart = (controller, status, ...rest) => {
				this.status = status;
				onResponseStart?.call(handler, controller, status, ...rest);
			};
			handler.onResponseError = (controller, error) => {
				this.error ??= error;
				onResponseError?.call(handler, controller, error);
			};
			return dispatch(options, handler);
		});
	}

	failure(origin: string, advice: string): RealtimeFailure {
		if (this.status !== undefined) return new HandshakeRefusal(this.status, origin, advice);
		const { message, description } = networkFault(this.error, origin);
		return new RealtimeFailure(message, { description: `${description} ${advice}` });
	}

	/** Also a socket that became a WebSocket: the agent does not hold it any more. */
	destroy(): void {
		this.socket?.destroy();
		void this.agent.destroy().catch(() => undefined);
	}
}
