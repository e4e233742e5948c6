import type { LookupFunction } from 'node:net';
import { isIP } from 'node:net';

import { ConnectionPool } from '../net/pool';
import { within } from '../flow/within';
import { isReply, lostConnection, redisFailure, redisTimeout } from './redisFailure';
import type { RedisSettings } from './redisSettings';

/** How to connect. */
export interface RedisConnectOptions {
	/** Milliseconds for TCP, TLS and login together, and for the reply to each command. */
	readonly limitMs: number;
	/** Resolves the host name instead of Node's own lookup, to enforce a network policy. */
	readonly lookup?: LookupFunction;
}

type Client = ReturnType<typeof import('redis').createClient>;

/** Redis's own default for the longest text in a command (`proto-max-bulk-len`). */
export const LONGEST_MESSAGE_BYTES = 512 * 1024 * 1024;

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
	// Loaded at first use: it brings the commands of every Redis module with it.
	const { createClient } = await import('redis');
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
