import type { LookupFunction, Socket } from 'node:net';
import { Agent, buildConnector, type Dispatcher } from 'undici';
import type { Redact } from './redact';
import { retryAfterMs } from './sendWithRetry';
import { networkFault } from './fault';
import { RealtimeFailure } from './failure';

/** Far more than any frame of the protocols that are spoken here, far less than n8n's memory. */
const LONGEST_MESSAGE_BYTES = 16 * 1024 * 1024;

/** The start of a refusal's body that is read, and what a person reads of it. */
const MAX_BODY_CHARACTERS = 2_000;
const MAX_WORDS_CHARACTERS = 300;

/** Statuses below 500 that pass by themselves. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);

/** An HTTP answer other than 101. */
export interface HandshakeAnswer {
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

export interface DialOptions {
	readonly origin: string;
	readonly protocols: readonly string[];
	readonly lookup?: LookupFunction;
	readonly limitMs: number;
	readonly advice: string;
	readonly redact: Redact;
}

/** One connection attempt: undici's WebSocket does not say why one failed, its dispatcher does. */
export class Dial {
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
