import { isIP } from 'node:net';
import type { RedisAddress, SharedRedisSettings } from './n8nRedis';

/** Text, or bytes that are no text. */
export type Argument = string | Buffer;

/** What is asked of a connection, to one server or to a cluster. */
export interface RedisClient {
	/**
	 * Sends a command; those of one moment leave together.
	 *
	 * @param key says which server of a cluster is asked
	 * @param inBytes whether the reply holds bytes that are no text
	 * @throws Redis's refusal, or that there is no connection
	 */
	send(key: string, args: readonly Argument[], inBytes: boolean): Promise<unknown>;
	/** False as soon as the connection is known to be lost; it never reopens. */
	isReady(): boolean;
}

/** Blob replies of Redis's protocol, as the client numbers them. */
const BLOBS = 36;

/** Of each attempt, whoever waits for it; in milliseconds. */
const CONNECT_LIMIT_MS = 5_000;

/** Loaded at first use: it brings every command of Redis with it, in some 400 files. */
export async function loadRedisClient() {
	return await import('@redis/client');
}

/**
 * Connects and logs in. It does not reconnect: the client's timers would keep the process alive as
 * long as Redis is away.
 *
 * @param signal closes the connection, also one that is not open yet
 * @throws what the client rejects with
 */
export async function openClient(
	settings: SharedRedisSettings,
	signal: AbortSignal,
): Promise<RedisClient> {
	return settings.isCluster
		? await openCluster(settings, signal)
		: await openSingle(settings, signal);
}

async function openSingle(
	settings: SharedRedisSettings,
	signal: AbortSignal,
): Promise<RedisClient> {
	const { createClient } = await loadRedisClient();
	const client = createClient({
		...login(settings),
		socket: socketTo(settings, settings.servers[0]),
		database: settings.database,
	});
	// Without a listener an error would end the process; each command is told its own.
	client.on('error', () => undefined);
	client.unref();
	onAbort(signal, () => void (client.isOpen && client.destroy()));
	await client.connect();
	return {
		send: async (_key, args, inBytes) => await client.sendCommand([...args], replies(inBytes)),
		isReady: () => client.isReady,
	};
}

async function openCluster(
	settings: SharedRedisSettings,
	signal: AbortSignal,
): Promise<RedisClient> {
	const { createCluster } = await loadRedisClient();
	const cluster = createCluster({
		rootNodes: settings.servers.map((server) => ({ socket: socketTo(settings, server) })),
		defaults: { ...login(settings), socket: socketTo(settings) },
	});
	cluster.on('error', () => undefined);
	cluster.on('node-ready', () => {
		for (const { client } of cluster.masters) client?.unref();
	});
	onAbort(signal, () => void (cluster.isOpen && cluster.destroy()));
	await cluster.connect();
	return {
		send: async (key, args, inBytes) =>
			await cluster.sendCommand(key, false, [...args], replies(inBytes)),
		isReady: () => cluster.isOpen,
	};
}

function onAbort(signal: AbortSignal, close: () => void): void {
	signal.throwIfAborted();
	signal.addEventListener('abort', close, { once: true });
}

function login({ user, password }: SharedRedisSettings) {
	return {
		...(user === '' ? {} : { username: user }),
		...(password === '' ? {} : { password }),
		disableClientInfo: true,
		disableOfflineQueue: true,
		maintNotifications: 'disabled' as const,
	};
}

function socketTo({ tls, addressFamily, lookup }: SharedRedisSettings, address?: RedisAddress) {
	const socket = {
		...address,
		family: addressFamily,
		...(lookup === undefined ? {} : { lookup }),
		reconnectStrategy: false as const,
		connectTimeout: CONNECT_LIMIT_MS,
	};
	if (tls === undefined) return socket;
	const named = address !== undefined && isIP(address.host) === 0 ? address.host : undefined;
	const servername = tls.serverName ?? named;
	return {
		...socket,
		tls: true as const,
		rejectUnauthorized: tls.isCertificateChecked,
		...(servername === undefined ? {} : { servername }),
	};
}

function replies(inBytes: boolean) {
	return inBytes ? { typeMapping: { [BLOBS]: Buffer } } : undefined;
}
