import { setTimeout as sleep } from 'node:timers/promises';
import type { SharedRedisSettings } from './n8nRedis';
import { type Argument, loadRedisClient, openClient, type RedisClient } from './openClient';
import type { Script } from './script';
import { isReply, mayPass, SharedRedisError, sharedRedisError } from './sharedRedisError';

interface Command {
	/** All of one hash tag. */
	readonly keys: readonly [string, ...string[]];
	readonly args: ReadonlyArray<Argument | number>;
	/** Milliseconds for connecting, sending and the reply together. */
	readonly limitMs: number;
	/** Whether the reply holds bytes that are no text. @default false */
	readonly inBytes?: boolean;
}

/** A connection from the moment on when it is asked for. */
class Connection {
	opened: RedisClient | undefined;

	/** Whether Redis has replied over it, if only with a refusal. */
	hasReplied = false;

	readonly opening: Promise<RedisClient>;

	private readonly closing = new AbortController();

	constructor(settings: SharedRedisSettings) {
		this.opening = openClient(settings, this.closing.signal);
		this.opening.then(
			(client) => void (this.opened = client),
			() => this.close(),
		);
	}

	get isUsable(): boolean {
		return !this.closing.signal.aborted && this.opened?.isReady() !== false;
	}

	close(): void {
		this.closing.abort();
	}
}

/** Between two attempts to connect: a server that starts again refuses at once. */
const RECONNECT_EVERY_MS = 50;

/**
 * The one connection of a process to a Redis that several processes share. It opens when it is needed,
 * opens anew when it was lost, however long that was, and keeps no process alive. Nothing waits for it
 * longer than its own limit.
 */
export class SharedRedis {
	private connection: Connection | undefined;

	private isClosed = false;

	private underWay = 0;

	private resting: NodeJS.Timeout | undefined;

	/** @param idleMs milliseconds until a connection that nobody uses closes. @default never */
	constructor(
		private readonly settings: SharedRedisSettings,
		private readonly idleMs?: number,
	) {}

	/**
	 * Runs a script. Where the connection is lost meanwhile it is run again, as long as the limit allows.
	 *
	 * @throws {SharedRedisError} where Redis cannot be reached, does not reply in time, or refuses
	 */
	async run(script: Script, command: Command): Promise<unknown> {
		if (this.idleMs === undefined) return await this.send(script, command);
		clearTimeout(this.resting);
		this.underWay += 1;
		try {
			return await this.send(script, command);
		} finally {
			this.underWay -= 1;
			if (this.underWay === 0) this.rest(this.idleMs);
		}
	}

	/** Closes for good; commands under way fail. */
	close(): void {
		this.isClosed = true;
		this.connection?.close();
	}

	private rest(idleMs: number): void {
		this.resting = setTimeout(() => {
			this.connection?.close();
			this.connection = undefined;
		}, idleMs);
		this.resting.unref();
	}

	private async send(
		script: Script,
		{ keys, args, limitMs, inBytes = false }: Command,
	): Promise<unknown> {
		// What Node takes to load a library says nothing about Redis.
		if (this.connection === undefined) await loadRedisClient();
		const deadline = performance.now() + limitMs;
		const rest = [
			String(keys.length),
			...keys,
			...args.map((value) => (typeof value === 'number' ? String(value) : value)),
		];
		let first: readonly string[] = ['EVALSHA', script.sha];
		let before: SharedRedisError | undefined;
		for (;;) {
			const connection = this.connected();
			try {
				const client = connection.opened ?? (await inTime(connection.opening, deadline));
				const reply = await inTime(client.send(keys[0], [...first, ...rest], inBytes), deadline);
				connection.hasReplied = true;
				return reply;
			} catch (error) {
				connection.hasReplied ||= isReply(error);
				if (isReply(error) && error.message.startsWith('NOSCRIPT')) {
					first = ['EVAL', script.source];
					continue;
				}
				// What hangs would let everything behind it wait as long again.
				if (!isReply(error)) connection.close();
				const failure = sharedRedisError(error, this.settings, connection.hasReplied);
				const left = deadline - performance.now();
				if (this.isClosed || !mayPass(failure) || left <= RECONNECT_EVERY_MS) {
					// Where the time ran out while it tried again, the first reason says more.
					throw failure.kind === 'timeout' ? (before ?? failure) : failure;
				}
				before = failure;
				await sleep(RECONNECT_EVERY_MS);
			}
		}
	}

	private connected(): Connection {
		if (this.isClosed) throw new SharedRedisError('closed', 'The connection to Redis was closed');
		if (this.connection?.isUsable === true) return this.connection;
		this.connection?.close();
		this.connection = new Connection(this.settings);
		return this.connection;
	}
}

/** @throws {SharedRedisError} when the time is over */
async function inTime<T>(promise: Promise<T>, deadline: number): Promise<T> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_, reject) => {
		const tell = () => reject(new SharedRedisError('timeout', 'Redis did not reply in time'));
		// A process that was busy reads first what has come meanwhile.
		timer = setTimeout(() => setImmediate(tell), Math.max(0, deadline - performance.now()));
	});
	try {
		return await Promise.race([promise, late]);
	} finally {
		clearTimeout(timer);
	}
}
