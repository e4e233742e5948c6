import { SocketIoError } from './socketIoError';
import { asFailure, RealtimeFailure } from '../../net/failure';

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
			{ description: 'That event is lost. Let the server send less at a time.' },
		);
	}
	switch (reason) {
		case 'io server disconnect':
			return new RealtimeFailure(`The Socket.IO server at ${origin} ended the connection`, {
				description: "If it does so each time, check 'Auth' and 'Headers' in the credential.",
			});
		case 'ping timeout':
			return new RealtimeFailure(`Nothing came from ${origin} any more, not even its heartbeat`);
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
