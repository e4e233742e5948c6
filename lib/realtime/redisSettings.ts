import { RedisError } from './redisError';

/** A checked Redis server with what is sent to log in. */
export interface RedisSettings {
	readonly host: string;
	readonly port: number;
	/** Empty: the user `default`. */
	readonly user: string;
	/** Empty: no login. */
	readonly password: string;
	readonly database: number;
	readonly tls: boolean;
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
export function redisAddress({ host, port }: RedisSettings): string {
	return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function readHost(value: unknown): string {
	const host = text(value)
		.trim()
		.replace(/^\[(.*)\]$/, '$1');
	if (host === '') {
		throw settingsError('Host', 'is empty', 'Write the name of the Redis server.');
	}
	if (/[\s/@?#]/.test(host)) {
		throw settingsError(
			'Host',
			'is not a host name',
			"Write only the name or address of the Redis server, such as redis.example.com; user, password and database have fields of their own, and for rediss:// turn on 'TLS'.",
		);
	}
	if (host.includes(':') && !/^[\da-f:.]+$/i.test(host)) {
		throw settingsError('Host', 'has a port', "Write the port in 'Port'.");
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
		`Write it such as ${fallback}.`,
	);
}

function text(value: unknown): string {
	return value === undefined || value === null ? '' : String(value);
}

function settingsError(label: string, what: string, toDo: string): RedisError {
	return new RedisError('settings', `'${label}' of the Redis credential ${what}`, toDo);
}
