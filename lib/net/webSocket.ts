import type { IncomingMessage } from 'node:http';
import type { LookupFunction } from 'node:net';
import { RealtimeFailure } from './failure';
import { networkFault } from './fault';
import { socketRoute } from './proxy';
import type { Redact } from './redact';
import { spokenWords } from './spokenWords';
import { retryAfterMs } from './retry';

/** What to connect to, and how. */
export interface WebSocketTarget {
	/** `ws(s)://…`; its query may hold secrets, so that it is never shown. */
	readonly url: string;
	/** Subprotocols in the order of preference; the server has to choose one where there are any. */
	readonly protocols?: readonly string[];
	readonly headers?: Readonly<Record<string, string>>;
	/**
	 * Resolves the host name instead of Node's own lookup, to enforce a network policy; with a proxy,
	 * that does it.
	 */
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
interface WebSocketHandlers {
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

/** Far more than any frame of the protocols that are spoken here, far less than n8n's memory. */
const LONGEST_MESSAGE_BYTES = 16 * 1024 * 1024;

/**
 * Opens a WebSocket, directly or by n8n's proxy.
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
	// Loaded at first use: most n8ns open none.
	const { WebSocket } = await import('ws');
	if (signal.aborted) throw stopped();
	const options = {
		...socketRoute(originOf(url), { lookup, limitMs, signal }),
		headers,
		maxPayload: LONGEST_MESSAGE_BYTES,
		// Unknown to its types: for the goodbye of either side.
		closeTimeout: GOODBYE_MS,
	};
	const socket = new WebSocket(url, [...protocols], options);
	const handshake = new Handshake(target);
	let state: 'opening' | 'open' | 'over' = 'opening';
	let timer: NodeJS.Timeout | undefined;
	let onAbort: (() => void) | undefined;
	try {
		await new Promise<void>((resolve, reject) => {
			const fail = (failure: RealtimeFailure) => {
				if (state !== 'opening') return;
				state = 'over';
				socket.terminate();
				reject(failure);
			};
			timer = setTimeout(() => fail(handshake.late(limitMs)), limitMs);
			onAbort = () => fail(stopped());
			signal.addEventListener('abort', onAbort);
			socket.on('upgrade', (answer) => handshake.accepted(answer));
			socket.on('unexpected-response', (_request, answer) =>
				handshake.refused(answer, () => fail(handshake.failure())),
			);
			// It is told while the WebSocket is open too, and its end follows.
			socket.on('error', (error) => fail(handshake.failure(error)));
			socket.on('open', () => {
				if (state !== 'opening') return;
				state = 'open';
				resolve();
			});
			socket.on('message', (data, isBinary) => {
				if (state === 'open' && !isBinary && Buffer.isBuffer(data)) handlers.text(data.toString());
			});
			socket.on('close', (code, reason) => {
				if (state !== 'open') return;
				state = 'over';
				handlers.ended(code, redact(reason.toString()));
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
		},
	};
}

/** `http(s)://host[:port]` of a WebSocket's address: safe to show, and what n8n's policy is asked. */
export function originOf(url: string): string {
	return new URL(url).origin.replace(/^ws/, 'http');
}

function stopped(): RealtimeFailure {
	return new RealtimeFailure('Listening was stopped');
}

/** The start of a refusal's body that is read. */
const MAX_BODY_CHARACTERS = 2_000;

/** Statuses below 500 that pass by themselves. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);

/** An HTTP answer other than 101. */
interface HandshakeAnswer {
	readonly status: number;
	readonly headers: Readonly<Record<string, unknown>>;
	/** The start of it. */
	readonly body: string;
}

/** The server answered the handshake with an HTTP status other than 101: permanent below 500. */
export class HandshakeRefusal extends RealtimeFailure {
	readonly status: number;

	constructor(answer: HandshakeAnswer, origin: string, advice: string, redact: Redact) {
		// What is compressed is no text.
		const isText = answer.headers['content-encoding'] === undefined;
		const words = isText ? spokenWords(redact(answer.body)) : '';
		const said = words === '' ? '' : ` (${words})`;
		const message = `${origin} answered the WebSocket handshake with HTTP status ${answer.status}`;
		const patience = retryAfterMs(answer.headers['retry-after']);
		super(message + said, {
			description: `${advice} ${redirect(answer, redact)}A proxy in between must forward WebSocket connections.`,
			permanent: answer.status < 500 && !PASSING.has(answer.status),
			...(patience === undefined || patience <= 0 ? {} : { retryAfterMs: patience }),
		});
		this.status = answer.status;
	}
}

/** The server speaks WebSocket, but none of the subprotocols that were offered. */
export class NoSubprotocol extends RealtimeFailure {
	constructor(
		origin: string,
		offered: readonly string[],
		picked: string | undefined,
		advice: string,
	) {
		const found = picked === undefined ? 'it chose none' : `it chose ${picked || 'another'}`;
		super(`${origin} supports none of the protocols ${offered.join(', ')} (${found})`, {
			description: advice,
			permanent: true,
		});
	}
}

/** What is known of one handshake, for the failure that it may become. */
class Handshake {
	private readonly origin: string;

	private readonly advice: string;

	private answer: HandshakeAnswer | undefined;

	private protocol: { readonly chosen: string | undefined } | undefined;

	constructor(private readonly target: WebSocketTarget) {
		this.origin = originOf(target.url);
		this.advice = target.advice ?? 'Check the address in the credential.';
	}

	/** The server speaks WebSocket, which does not mean that it speaks one of our protocols. */
	accepted({ headers }: IncomingMessage): void {
		this.protocol = { chosen: headers['sec-websocket-protocol'] };
	}

	/** @param done called when the start of the answer's body was read */
	refused(answer: IncomingMessage, done: () => void): void {
		const { statusCode: status = 0, headers } = answer;
		let body = '';
		this.answer = { status, headers, body };
		answer.setEncoding('utf8').on('data', (text: string) => {
			body = (body + text).slice(0, MAX_BODY_CHARACTERS);
			this.answer = { status, headers, body };
			if (body.length === MAX_BODY_CHARACTERS) done();
		});
		answer.on('error', done).on('close', done);
	}

	/** @param error why it ended, where it did not end with an answer */
	failure(error?: Error): RealtimeFailure {
		const { origin, advice, answer, protocol } = this;
		const { protocols = [], redact } = this.target;
		if (answer !== undefined) {
			return new HandshakeRefusal(answer, origin, advice, redact);
		}
		if (protocol !== undefined && protocols.length > 0) {
			const { chosen } = protocol;
			if (chosen === undefined || !protocols.includes(chosen)) {
				return new NoSubprotocol(origin, protocols, chosen && redact(chosen), advice);
			}
		}
		// It connected: what is wrong is the server's answer.
		if (error === undefined || protocol !== undefined) {
			const message = `${origin} interrupted the WebSocket handshake`;
			return new RealtimeFailure(message, { description: advice });
		}
		const { kind, message, description } = networkFault(error, origin);
		return new RealtimeFailure(message, {
			description: `${description} ${advice}`,
			// A certificate does not become right by trying.
			permanent: kind === 'certificate' || kind === 'tls',
		});
	}

	/** The time is over. */
	late(limitMs: number): RealtimeFailure {
		if (this.answer !== undefined) return this.failure();
		return new RealtimeFailure(
			`${this.origin} did not finish the WebSocket handshake within ${limitMs / 1000} seconds`,
			{ description: this.advice },
		);
	}
}

/** A WebSocket follows no redirect. The target's query may hold secrets. */
function redirect({ status, headers: { location } }: HandshakeAnswer, redact: Redact): string {
	if (status < 300 || status >= 400 || typeof location !== 'string') return '';
	const target = redact(location.replace(/[?#].*$/, ''));
	return `The server redirects${target === '' ? '' : ` to ${target}`}. Enter the final URL. `;
}
