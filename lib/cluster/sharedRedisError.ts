import { Failure } from '../net/failure';
import { networkFaultAt } from '../net/fault';
import { redactor } from '../net/redact';
import type { SharedRedisSettings } from './n8nRedis';

/**
 * `unreachable`, `lost`: there is no connection, or no longer. `timeout`: nobody knows whether it was
 * done. `refused`: Redis said no.
 */
type SharedRedisErrorKind = 'unreachable' | 'lost' | 'timeout' | 'refused' | 'closed';

/** What went wrong with the Redis that processes share; no password and no key is in it. */
export class SharedRedisError extends Failure {
	override readonly name = 'SharedRedisError';

	constructor(
		readonly kind: SharedRedisErrorKind,
		message: string,
		readonly description: string | undefined = undefined,
	) {
		super(message);
	}
}

const MAX_DETAIL_CHARACTERS = 200;

/**
 * Names what the client rejects with.
 *
 * @param hasReplied whether Redis has replied over this connection: one that speaks TLS closes a
 * connection without it at once, and one that does not never replies to TLS
 */
export function sharedRedisError(
	error: unknown,
	settings: SharedRedisSettings,
	hasReplied: boolean,
): SharedRedisError {
	const [{ host, port }] = settings.servers;
	const address = `${host}:${port}`;
	const usesTls = settings.tls !== undefined;
	if (error instanceof SharedRedisError) {
		if (error.kind !== 'timeout') return error;
		const doubt = !hasReplied && usesTls ? '. TLS is on: check that this Redis uses it' : '';
		return new SharedRedisError('timeout', `Redis at ${address} did not reply in time${doubt}`);
	}
	if (isReply(error)) {
		const said = redactor([settings.password])(error.message).slice(0, MAX_DETAIL_CHARACTERS);
		return new SharedRedisError('refused', `Redis at ${address} refused: ${said}`);
	}
	const doubt =
		!hasReplied && !usesTls ? '. TLS is off: check that this Redis works without it' : '';
	const code = codeOf(error);
	if (code === undefined) {
		return new SharedRedisError('lost', `Can't connect to Redis at ${address}${doubt}`);
	}
	const { kind, message, description } = networkFaultAt(code, address, host);
	return new SharedRedisError(
		'unreachable',
		kind === 'lost' ? `${message}${doubt}` : message,
		description,
	);
}

/** What Redis says while it starts, or while a replica takes over. */
const PASSING = /\b(LOADING|MASTERDOWN|READONLY|CLUSTERDOWN|TRYAGAIN|BUSY)\b/;

/** Whether it may be otherwise in a moment. */
export function mayPass({ kind, message }: SharedRedisError): boolean {
	if (kind === 'refused') return PASSING.test(message);
	return kind === 'unreachable' || kind === 'lost';
}

/** Whether Redis itself replied so: then the connection still works. */
export function isReply(error: unknown): error is Error {
	return error instanceof Error && /^[A-Z]{3,}( |$)/.test(error.message);
}

function codeOf(error: unknown): string | undefined {
	if (!(error instanceof Error)) return undefined;
	// Several addresses of one name, all of them tried.
	if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
	const { code } = error as { code?: unknown };
	return typeof code === 'string' ? code : undefined;
}
