import type { LookupFunction, Socket } from 'node:net';
import { WebSocket, Agent, buildConnector, type Dispatcher } from 'undici';
import { RealtimeFailure } from './failure';
import { networkFault } from './fault';
import type { Redact } from './redact';
import { retryAfterMs } from './retry';

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

/** Far more than any frame of the protocols that are spoken here, far less than n8n's memory. */
const LONGEST_MESSAGE_BYTES = 16 * 1024 * 1024;

/** The start of a refusal's body that is read, and what a person reads of it. */
const MAX_BODY_CHARACTERS = 2_000;
const MAX_WORDS_CHARACTERS = 300;

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

	constructor(answer: HandshakeAnswer, origin: string, advice: string) {
		const words = spokenWords(answer);
		const said = words === undefined ? '' : ` (${words})`;
		const message = `${origin} answered the WebSocket handshake with HTTP status ${answer.status}`;
		const patience = retryAfterMs(answer.headers['retry-after']);
		super(message + said, {
			description: `${advice} ${redirect(answer)}A proxy in between has to pass WebSocket connections on.`,
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
		const found = picked === undefined ? 'it chose none' : `it chose ${picked}`;
		super(`${origin} speaks none of the protocols ${offered.join(', ')} (${found})`, {
			description: advice,
			permanent: true,
		});
	}
}

interface DialOptions {
	readonly origin: string;
	readonly protocols: readonly string[];
	readonly lookup?: LookupFunction;
	readonly limitMs: number;
	readonly advice: string;
	readonly redact: Redact;
}

/** One connection attempt: undici's WebSocket does not say why one failed, its dispatcher does. */
class Dial {
	readonly dispatcher: Dispatcher;

	private readonly agent: Agent;

	private socket: Socket | undefined;

	private error: Error | undefined;

	private answer: HandshakeAnswer | undefined;

	private accepted: { readonly protocol: string | undefined } | undefined;

	constructor(private readonly options: DialOptions) {
		const { lookup, limitMs } = options;
		const connect = buildConnector({ lookup, timeout: limitMs, allowH2: false });
		this.agent = new Agent({
			webSocket: { maxPayloadSize: LONGEST_MESSAGE_BYTES },
			connect: (target, callback) =>
				connect(target, (error, socket) => {
					if (error !== null) this.error = error;
					else this.socket = socket;
					if (error !== null) callback(error, null);
					else callback(null, socket);
				}),
		});
		this.dispatcher = this.agent.compose(this.watching());
	}

	/** Why it failed, or why it has not succeeded so far. */
	failure(): RealtimeFailure | undefined {
		const { answer, accepted, error } = this;
		const { origin, protocols, advice, redact } = this.options;
		if (answer !== undefined) {
			return new HandshakeRefusal({ ...answer, body: redact(answer.body) }, origin, advice);
		}
		if (accepted !== undefined && protocols.length > 0) {
			const { protocol } = accepted;
			if (protocol === undefined || !protocols.includes(protocol)) {
				return new NoSubprotocol(origin, protocols, protocol, advice);
			}
		}
		if (error === undefined) return undefined;
		const { kind, message, description } = networkFault(error, origin);
		return new RealtimeFailure(message, {
			description: `${description} ${advice}`,
			// A certificate does not become right by trying.
			permanent: kind === 'certificate' || kind === 'tls',
		});
	}

	/** Also a socket that became a WebSocket: the agent does not hold it any more. */
	destroy(): void {
		this.socket?.destroy();
		void this.agent.destroy().catch(() => undefined);
	}

	/** Notes what happens, and holds a refusal back until its body was read. */
	private watching(): Dispatcher.DispatcherComposeInterceptor {
		return (dispatch) => (options, handler) =>
			dispatch(options, {
				onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
				onRequestUpgrade: (controller, status, headers, socket) => {
					const protocol = headers['sec-websocket-protocol'];
					this.accepted = { protocol: protocol === undefined ? undefined : String(protocol) };
					handler.onRequestUpgrade?.(controller, status, headers, socket);
				},
				onResponseStart: (_controller, status, headers) => {
					if (status >= 200) this.answer = { status, headers, body: '' };
				},
				onResponseData: (controller, chunk) => {
					if (this.answer === undefined) return;
					const body = (this.answer.body + chunk.toString()).slice(0, MAX_BODY_CHARACTERS);
					this.answer = { ...this.answer, body };
					if (body.length === MAX_BODY_CHARACTERS) controller.abort(new Error('long answer'));
				},
				onResponseEnd: (controller) =>
					handler.onResponseError?.(controller, new Error('no WebSocket')),
				onResponseError: (controller, error) => {
					this.error ??= error;
					handler.onResponseError?.(controller, error);
				},
			});
	}
}

/** The server's answer where it is meant for people: no web page, no long document. */
function spokenWords({ headers, body }: HandshakeAnswer): string | undefined {
	const text = body.trim().replace(/\s+/g, ' ');
	if (text === '' || text.startsWith('<') || headers['content-encoding'] !== undefined) {
		return undefined;
	}
	return text.length > MAX_WORDS_CHARACTERS ? `${text.slice(0, MAX_WORDS_CHARACTERS)}…` : text;
}

/** A WebSocket follows no redirect. The target's query may hold secrets. */
function redirect({ status, headers: { location } }: HandshakeAnswer): string {
	if (status < 300 || status >= 400 || typeof location !== 'string') return '';
	return `The server redirects to ${location.replace(/[?#].*$/, '')}: write the final address. `;
}
