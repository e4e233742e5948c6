import { type LookupFunction, isIP } from 'node:net';
import { within } from '../flow/within';
import { Failure } from '../net/failure';
import { networkFaultAt } from '../net/fault';
import { ConnectionPool } from '../net/pool';
import { redactor, type Redact } from '../net/redact';

/** How to connect. */
interface RedisConnectOptions {
	/** Milliseconds for TCP, TLS and login together, and for the reply to each command. */
	readonly limitMs: number;
	/** Resolves the host name instead of Node's own lookup, to enforce a network policy. */
	readonly lookup?: LookupFunction;
}

type Client = ReturnType<typeof import('@redis/client').createClient>;

/** An open connection. Commands are pipelined and leave in the order of the calls. */
export class RedisConnection {
	constructor(
		private readonly client: Client,
		private readonly settings: RedisSettings,
		private readonly limitMs: number,
	) {}

	/** False as soon as the connection is known to be lost or was closed; it never reopens. */
	get isOpen(): boolean {
		return this.client.isReady;
	}

	/**
	 * Publishes a message.
	 *
	 * @returns to how many connections Redis gave it: 0 where nobody was subscribed. On a cluster,
	 * only those of the one server that took it count.
	 * @throws {RedisError} `refused` in Redis's words; `lost` or `timeout` where nobody knows whether
	 * it was published
	 */
	async publish(channel: string, message: string | Buffer): Promise<number> {
		return await this.reply('PUBLISH', async () => await this.client.publish(channel, message));
	}

	/** @throws {RedisError} where Redis does not answer PING */
	async ping(): Promise<void> {
		await this.reply('PING', async () => await this.client.ping());
	}

	/** Closes at once; commands under way fail. */
	close(): void {
		destroy(this.client);
	}

	private async reply<T>(command: string, send: () => Promise<T>): Promise<T> {
		const { client, settings, limitMs } = this;
		const late = () => redisTimeout(settings, limitMs);
		try {
			return await within<T>(limitMs, late, (resolve, reject) => {
				send().then(resolve, reject);
				return () => undefined;
			});
		} catch (error) {
			if (isReply(error)) throw redisFailure(error, settings, command);
			// A server that hangs would let everything behind it wait as long again.
			destroy(client);
			throw error instanceof Error && error.name === 'RedisError'
				? error
				: lostConnection(settings, error);
		}
	}
}

/**
 * Open connections of this n8n process, one for each credential. The key has to hold the settings:
 * `connectionKey([settings])`.
 */
export const redisConnections = new ConnectionPool<RedisConnection>({
	isUsable: (connection) => connection.isOpen,
	close: (connection) => connection.close(),
});

/**
 * Connects and logs in. It does not reconnect: whoever holds it opens a new one, so that no message
 * waits unseen.
 *
 * @throws {RedisError} that names why it did not succeed
 */
export async function connectRedis(
	settings: RedisSettings,
	{ limitMs, lookup }: RedisConnectOptions,
): Promise<RedisConnection> {
	// Loaded at first use: it brings every command of Redis with it, in some 400 files.
	const { createClient } = await import('@redis/client');
	const { host, port, user, password, database, tls } = settings;
	const socket = { host, port, lookup, reconnectStrategy: false, connectTimeout: limitMs } as const;
	const servername = isIP(host) === 0 ? host : undefined;
	const client: Client = createClient({
		socket: tls ? { ...socket, tls, servername } : socket,
		username: user === '' ? undefined : user,
		password: password === '' && user === '' ? undefined : password,
		database,
		disableClientInfo: true,
		disableOfflineQueue: true,
		maintNotifications: 'disabled',
	});
	try {
		await within<void>(
			limitMs,
			() => redisTimeout(settings, limitMs),
			(resolve, reject) => {
				// Without a listener an error would end the process; each command is told its own.
				client.on('error', reject);
				client.connect().then(() => resolve(), reject);
				return () => undefined;
			},
		);
	} catch (error) {
		destroy(client);
		throw redisFailure(error, settings, 'The login');
	}
	// An idle connection must not keep n8n from stopping.
	client.unref();
	return new RedisConnection(client, settings, limitMs);
}

/** The client throws where it is closed already. */
function destroy(client: Client): void {
	if (client.isOpen) client.destroy();
}

const MAX_DETAIL_CHARACTERS = 300;

/** What to do about what Redis itself says, by the first word of its reply. */
const REPLIES: Readonly<Record<string, string>> = {
	DENIED:
		'Redis is in protected mode. Set a password in Redis (requirepass) and in the credential, or let Redis accept this address.',
	LOADING: 'Redis is still loading its data. Try again in a moment.',
	NOAUTH: "Enter the password in 'Password' of the Redis credential.",
	NOPERM:
		'Give the user the permission in Redis: ACL SETUSER with +publish and the channels (&prefix:*).',
	WRONGPASS: "Check 'User' and 'Password' of the Redis credential.",
};

/**
 * Names what the client rejects with while connecting, or what Redis replies to a command.
 *
 * @param doing what was being done, such as `The login`
 */
export function redisFailure(error: unknown, settings: RedisSettings, doing: string): RedisError {
	if (error instanceof RedisError) return error;
	const address = redisAddress(settings);
	const { code, message } = detailsOf(error);
	if (code === '' && isReply(error)) return refusal(message, settings, doing);
	const fault = networkFaultAt(code, address, settings.host);
	switch (fault.kind) {
		case 'certificate':
			return new RedisError(
				'tls',
				fault.message,
				'Give the Redis server a valid certificate, or add its authority with NODE_EXTRA_CA_CERTS where n8n runs.',
			);
		case 'tls':
			return new RedisError(
				'tls',
				fault.message,
				"Check whether the Redis server needs 'TLS' in the credential.",
			);
		case 'refused':
			return new RedisError(
				'unreachable',
				fault.message,
				"Start the Redis server, or correct 'Host' and 'Port' of the Redis credential.",
			);
		case 'nameNotFound':
			return new RedisError(
				'unreachable',
				fault.message,
				"Correct 'Host' of the Redis credential, or check the DNS settings of n8n.",
			);
		default:
			return new RedisError(
				'unreachable',
				`Can't connect to Redis at ${address}${inBrackets(code || hide(settings, message))}`,
				"Check 'Host', 'Port' and 'TLS' of the Redis credential and the network.",
			);
	}
}

/** The connection ended, or hangs, while a command was under way. */
export function lostConnection(settings: RedisSettings, error: unknown): RedisError {
	const { code, message } = detailsOf(error);
	return new RedisError(
		'lost',
		`The connection to Redis at ${redisAddress(settings)} was lost${inBrackets(code || hide(settings, message))}`,
		'The last events may or may not have arrived. The next execution reconnects.',
	);
}

/** No reply within the limit. */
function redisTimeout(settings: RedisSettings, limitMs: number): RedisError {
	return new RedisError(
		'timeout',
		`Redis at ${redisAddress(settings)} did not reply within ${limitMs / 1000} seconds`,
		"Check that a Redis server runs at 'Host' and 'Port' of the credential, and whether it needs 'TLS'.",
	);
}

/** Whether Redis itself replied so: then the connection still works. */
function isReply(error: unknown): error is Error {
	return error instanceof Error && /^[A-Z]{3,}( |$)/.test(error.message);
}

function refusal(message: string, settings: RedisSettings, doing: string): RedisError {
	const [word = ''] = message.split(' ');
	const known = Object.hasOwn(REPLIES, word) ? REPLIES[word] : undefined;
	// Redis's own words for what is known tell nothing but themselves.
	const said = hide(settings, message) || (known === undefined ? '' : word);
	const advice = /without any password configured/.test(message)
		? "The server needs no password. Clear 'User' and 'Password' in the Redis credential."
		: /DB index/.test(message)
			? "Correct 'Database' of the Redis credential."
			: (known ?? 'Check the Redis server and its credential.');
	return new RedisError(
		'refused',
		`${doing} was refused by Redis at ${redisAddress(settings)}${said === '' ? '' : `: ${said}`}`,
		advice,
	);
}

function hide(settings: RedisSettings, text: string): string {
	const redact = settings.redact ?? redactor([settings.password]);
	return redact(text).slice(0, MAX_DETAIL_CHARACTERS);
}

function inBrackets(words: string): string {
	return words === '' ? '' : ` (${words})`;
}

function detailsOf(error: unknown): { code: string; message: string } {
	if (!(error instanceof Error)) return { code: '', message: String(error) };
	const { code } = error as { code?: unknown };
	if (typeof code === 'string') return { code, message: error.message };
	// Several addresses of one name, all of them tried.
	if (error instanceof AggregateError && error.errors.length > 0) return detailsOf(error.errors[0]);
	return { code: '', message: error.message };
}

/** What went wrong with a Redis server, for callers that decide by it. */
type RedisErrorKind = 'settings' | 'unreachable' | 'tls' | 'refused' | 'timeout' | 'lost';

export class RedisError extends Failure {
	override readonly name = 'RedisError';

	constructor(
		readonly kind: RedisErrorKind,
		message: string,
		readonly description: string,
	) {
		super(message);
	}
}

/** A checked Redis server with what is sent to log in. */
interface RedisSettings {
	readonly host: string;
	readonly port: number;
	/** Empty: the user `default`. */
	readonly user: string;
	/** Empty: no login. */
	readonly password: string;
	readonly database: number;
	readonly tls: boolean;
	/**
	 * Of what the server says in an error.
	 * @default the password is hidden
	 */
	readonly redact?: Redact;
}

const DEFAULT_PORT = 6379;

/**
 * Reads the fields of the credential 'Realtime Redis API' as the user filled them in.
 *
 * @throws {RedisError} of kind `settings` that names the field by its label, never its content
 */
export function readRedisSettings(fields: Readonly<Record<string, unknown>>): RedisSettings {
	const user = text(fields.user).trim();
	const password = text(fields.password);
	return {
		host: readHost(fields.host),
		port: readWhole('Port', fields.port, DEFAULT_PORT, 1, 65_535),
		user,
		password,
		database: readWhole('Database', fields.database, 0, 0, 1_000_000),
		tls: fields.tls === true,
	};
}

/** `host:port` as messages show it. */
export function redisAddress({ host, port }: Pick<RedisSettings, 'host' | 'port'>): string {
	return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function readHost(value: unknown): string {
	const host = text(value)
		.trim()
		.replace(/^\[(.*)\]$/, '$1');
	if (host === '') {
		throw settingsError('Host', 'is empty', 'Enter the host name of the Redis server.');
	}
	if (/[\s/@?#]/.test(host)) {
		throw settingsError(
			'Host',
			'is not a host name',
			"Enter only the host name or IP address of the Redis server, such as redis.example.com. User, password and database have their own fields. For rediss://, turn on 'TLS'.",
		);
	}
	if (host.includes(':') && !/^[\da-f:.]+$/i.test(host)) {
		throw settingsError('Host', 'has a port', "Enter the port in 'Port'.");
	}
	return host;
}

function readWhole(
	label: string,
	value: unknown,
	fallback: number,
	from: number,
	to: number,
): number {
	const number = value === undefined || value === null || value === '' ? fallback : Number(value);
	if (Number.isInteger(number) && number >= from && number <= to) return number;
	throw settingsError(
		label,
		`is not a whole number from ${from} to ${to}`,
		`Enter a value such as ${fallback}.`,
	);
}

function text(value: unknown): string {
	return value === undefined || value === null ? '' : String(value);
}

function settingsError(label: string, what: string, toDo: string): RedisError {
	return new RedisError('settings', `'${label}' of the Redis credential ${what}`, toDo);
}
