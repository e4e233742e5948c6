import { readFileSync } from 'node:fs';
import type { LookupFunction } from 'node:net';

/** A Redis server, or the servers of a Redis cluster, with what is sent to log in. */
export interface SharedRedisSettings {
	/** One server; of a cluster, those that are asked first. */
	readonly servers: readonly [RedisAddress, ...RedisAddress[]];
	/** Whether the servers are a Redis cluster. */
	readonly isCluster: boolean;
	/** Empty: the user `default`. */
	readonly user: string;
	/** Empty: no login. */
	readonly password: string;
	readonly database: number;
	/** Undefined: without TLS. */
	readonly tls:
		| undefined
		| { readonly serverName: string | undefined; readonly isCertificateChecked: boolean };
	/** 0: IPv6 too. */
	readonly addressFamily: 0 | 4;
	/** Resolves the host name instead of Node's own lookup, to enforce a network policy. */
	readonly lookup?: LookupFunction | undefined;
}

export interface RedisAddress {
	readonly host: string;
	readonly port: number;
}

type Environment = Readonly<Record<string, string | undefined>>;
type ReadFile = (path: string) => string;

/**
 * Whether several processes of this n8n receive webhooks and run workflows: then each of them has the
 * address of one Redis in its environment.
 */
export function isQueueMode(env: Environment = process.env): boolean {
	return trimmed(read(env, 'EXECUTIONS_MODE', readText)) === 'queue';
}

/**
 * The Redis that n8n itself uses for its queue, read from the variables by which n8n finds it, as n8n
 * reads them: nobody has to set up anything.
 *
 * @throws what `readFile` throws, for a variable that names a file; the file's content is in no error
 * @see https://docs.n8n.io/hosting/configuration/environment-variables/queue-mode/
 */
export function n8nRedis(
	env: Environment = process.env,
	readFile: ReadFile = readText,
): SharedRedisSettings {
	const text = (name: string, fallback: string) => trimmed(read(env, name, readFile) ?? fallback);
	const number = (name: string, fallback: number) => {
		const value = text(name, '');
		const read = Number(value);
		return value === '' || Number.isNaN(read) ? fallback : read;
	};
	const isOn = (name: string, fallback: boolean) => {
		// n8n takes nothing off a word that says yes or no.
		const value = read(env, name, readFile)?.toLowerCase() ?? '';
		if (value === 'true' || value === '1') return true;
		return value === 'false' || value === '0' ? false : fallback;
	};
	const host = text('QUEUE_BULL_REDIS_HOST', 'localhost') || 'localhost';
	const single: RedisAddress = { host, port: number('QUEUE_BULL_REDIS_PORT', 6379) };
	const [first, ...others] = addressesIn(text('QUEUE_BULL_REDIS_CLUSTER_NODES', ''));
	return {
		servers: first === undefined ? [single] : [first, ...others],
		isCluster: first !== undefined,
		user: text('QUEUE_BULL_REDIS_USERNAME', ''),
		password: text('QUEUE_BULL_REDIS_PASSWORD', ''),
		database: first === undefined ? number('QUEUE_BULL_REDIS_DB', 0) : 0,
		tls: isOn('QUEUE_BULL_REDIS_TLS', false)
			? {
					serverName: text('QUEUE_BULL_REDIS_TLS_SERVERNAME', '') || undefined,
					isCertificateChecked: isOn('QUEUE_BULL_REDIS_TLS_VALIDATE_CERTIFICATE', true),
				}
			: undefined,
		addressFamily: isOn('QUEUE_BULL_REDIS_DUALSTACK', false) ? 0 : 4,
	};
}

/** What the keys of this n8n begin with, where several share a Redis. */
export function n8nKeyPrefix(
	env: Environment = process.env,
	readFile: ReadFile = readText,
): string {
	return trimmed(read(env, 'N8N_REDIS_KEY_PREFIX', readFile) ?? 'n8n');
}

/** A variable, or what stands in the file that it names; one that is empty counts. */
function read(env: Environment, name: string, readFile: ReadFile): string | undefined {
	const value = env[name];
	if (value !== undefined) return value;
	const file = env[`${name}_FILE`];
	return file === undefined || file === '' ? undefined : readFile(file).trim();
}

/** n8n takes off one pair of quotes that a compose file has left around a value. */
function trimmed(value: string | undefined): string {
	return (value ?? '').trim().replace(/^(['"])(.*)\1$/, '$2');
}

/** `host:port,host:port` */
function addressesIn(list: string): RedisAddress[] {
	return list
		.split(',')
		.filter((pair) => pair.trim() !== '')
		.map((pair) => {
			const [host = '', port = ''] = pair.split(':');
			return { host: host.trim(), port: Number.parseInt(port, 10) };
		});
}

function readText(path: string): string {
	return readFileSync(path, 'utf8');
}
