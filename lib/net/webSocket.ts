import type { LookupFunction } from 'node:net';
import { WebSocket } from 'undici';
import type { Redact } from './redact';
import { RealtimeFailure } from './failure';
import { Dial } from './handshake';

export { HandshakeRefusal, NoSubprotocol } from './handshake';

/** What to connect to, and how. */
export interface WebSocketTarget {
	/** `ws(s)://…`; its query may hold secrets, so that it is never shown. */
	readonly url: string;
	/** Subprotocols in the order of preference; the server has to choose one where there are any. */
	readonly protocols?: readonly string[];
	readonly headers?: Readonly<Record<string, string>>;
	/** Resolves the host name instead of Node's own lookup, to enforce a network policy. */
	readonly lookup?: LookupFunction;
	/** Milliseconds for TCP, TLS and the WebSocket handshake together. */
	readonly limitMs: number;
	/** Gives up at once. */
	readonly signal: AbortSignal;
	/** Hides secrets in what a server says. */
	readonly redact: Redact;
	/**
	 * What the user checks where it cannot be reached.
	 *
	 * @default 'Check the address in the credential.'
	 */
	readonly advice?: string;
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
	/** The subprotocol that the server chose, empty for none. */
	readonly protocol: string;
	/** Does nothing where the connection has ended. */
	send(text: string): void;
	/** Ends it at once, says goodbye where the network takes it; nothing is told afterwards. */
	close(): void;
}

/** Time for the goodbye to be answered, in milliseconds; a frozen network never answers. */
const GOODBYE_MS = 1_000;

/**
 * Opens a WebSocket.
 *
 * @throws {RealtimeFailure} that names what went wrong: permanent for TLS only;
 * {@link HandshakeRefusal} where the server answered with an HTTP status, {@link NoSubprotocol} where
 * it speaks another protocol
 */
export async function openWebSocket(
	target: WebSocketTarget,
	handlers: WebSocketHandlers,
): Promise<OpenWebSocket> {
	const { url, protocols = [], headers, lookup, limitMs, signal, redact } = target;
	const { advice = 'Check the address in the credential.' } = target;
	if (signal.aborted) throw stopped();
	const origin = originOf(url);
	const dial = new Dial({ origin, protocols, lookup, limitMs, advice, redact });
	const { dispatcher } = dial;
	const socket = new WebSocket(url, { dispatcher, protocols: [...protocols], headers });
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
			timer = setTimeout(
				() => failed(reject, dial.failure() ?? late(origin, limitMs, advice)),
				limitMs,
			);
			onAbort = () => failed(reject, stopped());
			signal.addEventListener('abort', onAbort);
			socket.addEventListener('open', () => {
				if (state !== 'opening') return;
				state = 'open';
				resolve();
			});
			socket.addEventListener('message', ({ data }) => {
				if (state === 'open' && typeof data === 'string') handlers.text(data);
			});
			socket.addEventListener('close', ({ code, reason }) => {
				if (state === 'opening') failed(reject, dial.failure() ?? brokenOff(origin, advice));
				dial.destroy();
				if (state !== 'open') return;
				state = 'over';
				handlers.ended(code, redact(reason));
			});
		});
	} finally {
		clearTimeout(timer);
		if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
	}
	return {
		protocol: socket.protocol,
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

/** `http(s)://host[:port]` of a WebSocket's address: safe to show, and what n8n's policy is asked. */
export function originOf(url: string): string {
	return new URL(url).origin.replace(/^ws/, 'http');
}

function late(origin: string, limitMs: number, advice: string): RealtimeFailure {
	return new RealtimeFailure(
		`${origin} did not finish the WebSocket handshake within ${limitMs / 1000} seconds`,
		{ description: advice },
	);
}

function brokenOff(origin: string, advice: string): RealtimeFailure {
	return new RealtimeFailure(`${origin} broke off the WebSocket handshake`, {
		description: advice,
	});
}

function stopped(): RealtimeFailure {
	return new RealtimeFailure('Listening was stopped');
}
