import { asFailure, Failure, RealtimeFailure } from '../../net/failure';
import { networkFaultAt } from '../../net/fault';
import { ProxyError } from '../../net/proxy';
import type { Redact } from '../../net/redact';
import { shortened, spokenWords } from '../../net/spokenWords';
import { HttpRefusal } from './monitoredTransport';

/** What the message of a failed handshake is made from. */
interface HandshakeContext {
	readonly origin: string;
	readonly namespace: string;
	readonly redact: Redact;
}

/** The server's data on a refusal may be anything; a person reads no more than this. */
const MAX_DETAIL_CHARACTERS = 500;

const UNSUPPORTED_PROTOCOL = 'Unsupported protocol version';

/**
 * What engine.io says itself about a request that is no proper handshake (`Server.errorMessages` in
 * engine.io/lib/server.ts). Any other words come from the application, by `allowRequest`.
 */
const PROTOCOL_ANSWERS: ReadonlySet<string> = new Set([
	'Transport unknown',
	'Session ID unknown',
	'Bad handshake method',
	'Bad request',
	UNSUPPORTED_PROTOCOL,
]);

/** Statuses with which Socket.IO servers turn down a WebSocket handshake. */
const REFUSAL_STATUSES: ReadonlySet<number> = new Set([400, 401, 403]);

/**
 * Names what socket.io-client reports in `connect_error`: either the server's own CONNECT_ERROR
 * packet (message and `data`), or a TransportError whose `description` is the cause.
 */
export function handshakeFailure(cause: Error, context: HandshakeContext): SocketIoError {
	const description = 'description' in cause ? cause.description : undefined;
	if (description instanceof HttpRefusal) return httpRefusal(description, context);
	if (description !== undefined) return networkFailure(networkError(description), context);
	return refusal(cause.message, 'data' in cause ? cause.data : undefined, context);
}

function refusal(message: string, data: unknown, context: HandshakeContext): SocketIoError {
	// socket.io/lib/client.ts answers so when no such namespace was defined.
	if (message === 'Invalid namespace') {
		return new SocketIoError(
			'namespace',
			`The Socket.IO server has no namespace '${context.namespace}' (Invalid namespace)`,
			"Set 'Namespace' to one that the server defines; the main one is /.",
			{ words: message },
		);
	}
	const { redact } = context;
	const words = redact(shortened(message, MAX_DETAIL_CHARACTERS));
	const added = data === undefined || data === null ? '' : redact(asText(data));
	return new SocketIoError(
		'refused',
		`The Socket.IO server refused the connection${words === '' ? '' : `: ${words}`}`,
		`Check 'Auth' and 'Headers' in the credential, and 'Namespace'.${added === '' ? '' : ` The server added: ${added}.`}`,
		{ words },
	);
}

function httpRefusal({ status, body }: HttpRefusal, context: HandshakeContext): SocketIoError {
	// Plain text (Node), or as JSON a text or `{message}` (Python).
	const words = spokenWords(body, ['message']) || undefined;
	if (words !== undefined && REFUSAL_STATUSES.has(status) && !PROTOCOL_ANSWERS.has(words)) {
		return refusal(words, undefined, context);
	}
	const said = words === undefined ? '' : context.redact(shortened(words, MAX_DETAIL_CHARACTERS));
	return new SocketIoError(
		'notSocketIo',
		`${context.origin} answered the Socket.IO handshake with HTTP status ${status}${said === '' ? '' : ` (${said})`}`,
		words === UNSUPPORTED_PROTOCOL
			? 'The server uses an older protocol. It needs Socket.IO 3 or newer.'
			: "Check 'URL' and 'Path' in the credential, that a proxy in between forwards WebSocket connections, and that the server accepts the transport 'websocket'.",
		{ status },
	);
}

function networkFailure(error: NetworkError, context: HandshakeContext): SocketIoError {
	const { origin, redact } = context;
	if (error.cause instanceof ProxyError) {
		return new SocketIoError('unreachable', error.cause.message, error.cause.description);
	}
	const { kind, message, description } = networkFaultAt(
		error.code,
		origin,
		new URL(origin).hostname,
	);
	switch (kind) {
		case 'certificate':
			return new SocketIoError('tls', message, description);
		case 'tls':
			return new SocketIoError(
				'tls',
				message,
				"Check whether 'URL' of the credential must start with http:// or https://.",
			);
		case 'refused':
			return new SocketIoError(
				'unreachable',
				message,
				"Start the Socket.IO server, or correct 'URL' in the credential.",
			);
		case 'nameNotFound':
			return new SocketIoError(
				'unreachable',
				message,
				"Correct 'URL' in the credential, or check the DNS settings of n8n.",
			);
		default: {
			const details = redact(error.message);
			return new SocketIoError(
				'unreachable',
				message,
				`Check 'URL' in the credential and the network.${details === '' ? '' : ` Details: ${details}`}`,
			);
		}
	}
}

interface NetworkError {
	readonly code?: string;
	readonly message: string;
	readonly cause: unknown;
}

/** The `ws` package reports in an ErrorEvent, whose `error` is Node's own. */
function networkError(description: unknown): NetworkError {
	const error = fields(description).error ?? description;
	const { code, message } = fields(error);
	return {
		code: typeof code === 'string' ? code : undefined,
		message:
			typeof message === 'string' && message !== ''
				? shortened(message, MAX_DETAIL_CHARACTERS)
				: 'none',
		cause: error,
	};
}

function fields(value: unknown): Record<string, unknown> {
	return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function asText(value: unknown): string {
	const text = typeof value === 'string' ? value : JSON.stringify(value);
	return shortened(text, MAX_DETAIL_CHARACTERS);
}

/** What went wrong with a Socket.IO server, for callers that decide by it. */
export type SocketIoErrorKind =
	| 'settings'
	| 'unreachable'
	| 'tls'
	| 'notSocketIo'
	| 'closed'
	| 'refused'
	| 'namespace'
	| 'handshakeTimeout'
	| 'event'
	| 'tooLarge'
	| 'acknowledgementTimeout'
	| 'lost'
	| 'flushTimeout';

/** What the server itself said, for callers that know its words. Holds no secret either. */
interface SocketIoAnswer {
	/** HTTP status with which it turned the handshake down. */
	readonly status?: number;
	/** The words of its refusal. */
	readonly words?: string;
}

export class SocketIoError extends Failure {
	override readonly name = 'SocketIoError';

	constructor(
		readonly kind: SocketIoErrorKind,
		message: string,
		readonly description: string,
		readonly answer: SocketIoAnswer = {},
	) {
		super(message);
	}
}

/** HTTP statuses below 500 that pass by themselves. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 425, 429]);

/**
 * Why a connection could not be made. What the server itself refuses, and what is wrong in the
 * credential, stays so; the network, and what stands in front of a server that restarts, does not.
 *
 * @param worked whether the same settings have led to a connection before: then an address that
 * answers with something else, or a certificate that fails, is taken for a passing fault
 */
export function connectFailure(error: unknown, worked: boolean): RealtimeFailure {
	if (!(error instanceof SocketIoError)) return asFailure(error);
	const { message, description } = error;
	return new RealtimeFailure(message, { description, permanent: isPermanent(error, worked) });
}

function isPermanent({ kind, answer }: SocketIoError, worked: boolean): boolean {
	switch (kind) {
		case 'namespace':
		case 'refused':
		case 'settings':
			return true;
		case 'notSocketIo':
			return !worked && isFinal(answer.status ?? 0);
		case 'tls':
			return !worked;
		default:
			return false;
	}
}

function isFinal(status: number): boolean {
	return status < 500 && !PASSING_STATUSES.has(status);
}

/** What `ws` calls a frame above the limit. */
const TOO_LARGE = 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';

/** Whether a connection ended because of an event that is larger than is taken. */
export function endedByTooLarge(details: unknown): boolean {
	return codeIn(details, 0) === TOO_LARGE;
}

/**
 * Why an open connection ended. All of it passes: a new connection is made.
 *
 * @param reason socket.io-client's word for it
 * @param details what socket.io-client gives with it
 */
export function endFailure(
	origin: string,
	reason: string,
	details: unknown,
	longestFrame: number,
): RealtimeFailure {
	if (endedByTooLarge(details)) {
		return new RealtimeFailure(
			`${origin} sent more than ${longestFrame / 1024 / 1024} MiB at once, which ended the connection`,
			{ description: 'The event is lost. Let the server send less data at a time.' },
		);
	}
	switch (reason) {
		case 'io server disconnect':
			return new RealtimeFailure(`The Socket.IO server at ${origin} ended the connection`, {
				description: "If this happens every time, check 'Auth' and 'Headers' in the credential.",
			});
		case 'ping timeout':
			return new RealtimeFailure(`Nothing arrives from ${origin} anymore, not even its heartbeat`);
		default:
			return new RealtimeFailure(`The connection to ${origin} was lost (${reason})`);
	}
}

/** The code of the error at the bottom of a TransportError's ErrorEvent. */
function codeIn(value: unknown, depth: number): unknown {
	if (typeof value !== 'object' || value === null || depth > 4) return undefined;
	if ('code' in value && typeof value.code === 'string') return value.code;
	for (const key of ['error', 'description', 'context'] as const) {
		const code = codeIn(Reflect.get(value, key), depth + 1);
		if (code !== undefined) return code;
	}
	return undefined;
}
