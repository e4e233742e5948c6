import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { type Lease, connectionKey } from '../../../lib/net/pool';
import {
	type RedisConnection,
	connectRedis,
	redisConnections,
	readRedisSettings,
	redisAddress,
} from '../../../lib/realtime/redis';
import { allowedLookup } from '../../shared/egress/egress';
import { asError, refusedTogether, unsent } from './broadcast';
import type { BroadcastMessage, ItemMessage, TogetherSession } from './broadcastTransport';

/** What an item publishes. */
export interface RedisPublication {
	readonly channel: string;
	readonly message: string | Buffer;
	/** What the output shows beside the number of servers. */
	readonly shown: IDataObject;
	/** Why it may be that no server listens, and what to do. */
	readonly unheard: string;
}

/** Commands under way at the same time: enough to wait for no reply, few enough to be cancelled. */
const TOGETHER = 500;

/**
 * Publishes an execution's items, in order and pipelined, over the pooled connection of the
 * credential 'Realtime Redis API'. The output says in `subscribers` to how many servers, not
 * clients, Redis gave each.
 */
export class RedisSession implements TogetherSession {
	private lease: Lease<RedisConnection> | undefined;

	/** @param prepare throws where an item cannot be sent, before anything is */
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly prepare: (message: BroadcastMessage, itemIndex: number) => RedisPublication,
	) {}

	async sendAll(messages: readonly ItemMessage[]): Promise<Array<IDataObject | Error>> {
		const prepared = messages.map((message) => {
			try {
				return this.prepare(message, message.itemIndex);
			} catch (error) {
				return asError(error);
			}
		});
		const refused = refusedTogether(this.context, prepared);
		if (refused !== undefined) return refused;
		const outcomes = prepared.map(unsent);
		for (let from = 0; from < prepared.length; from += TOGETHER) {
			if (this.context.getExecutionCancelSignal()?.aborted === true) break;
			const some = await this.publishSome(prepared.slice(from, from + TOGETHER));
			outcomes.splice(from, some.length, ...some);
		}
		return outcomes;
	}

	close(): void {
		this.lease?.release();
	}

	private async publishSome(
		prepared: ReadonlyArray<RedisPublication | Error>,
	): Promise<Array<IDataObject | Error>> {
		let connection: RedisConnection;
		try {
			connection = await this.connection();
		} catch (error) {
			return prepared.map((item) => (item instanceof Error ? item : asError(error)));
		}
		return await Promise.all(
			prepared.map(async (item) => {
				if (item instanceof Error) return item;
				return await this.publish(connection, item).catch(asError);
			}),
		);
	}

	private async publish(
		connection: RedisConnection,
		{ channel, message, shown, unheard }: RedisPublication,
	): Promise<IDataObject> {
		const subscribers = await connection.publish(channel, message);
		const delivered = subscribers > 0;
		const hint = delivered ? {} : { hint: unheard };
		return { through: 'redis', ...shown, subscribers, delivered, ...hint };
	}

	/** The lease's connection; one that broke since is replaced. */
	private async connection(): Promise<RedisConnection> {
		if (this.lease?.connection.isOpen !== true) {
			this.lease?.release();
			this.lease = undefined;
			this.lease = await leaseRedis(this.context);
		}
		return this.lease.connection;
	}
}

/** Milliseconds for the login, and for the reply to each command. */
const REDIS_LIMIT_MS = 10_000;

/**
 * The pooled connection of the credential 'Realtime Redis API' that the node has selected. The
 * egress policy is asked in every execution, also where the pool has a connection.
 *
 * @throws {RedisError} where it cannot be connected
 * @throws {NodeOperationError} where the network policy forbids the address
 */
export async function leaseRedis(context: IExecuteFunctions): Promise<Lease<RedisConnection>> {
	const settings = readRedisSettings(
		await context.getCredentials('realtimeWebhooksRealtimeRedisApi'),
	);
	const lookup = await allowedLookup(context, `http://${redisAddress(settings)}`);
	const limitMs = REDIS_LIMIT_MS;
	return await redisConnections.acquire(connectionKey([settings]), async () => {
		return await connectRedis(settings, { limitMs, lookup });
	});
}
