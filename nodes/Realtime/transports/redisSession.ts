import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { Lease } from '../../../lib/net/pool';
import type { RedisConnection } from '../../../lib/realtime/redis';
import { asError, refusedTogether, unsent } from './checkedFirst';
import { leaseRedis } from './redisLease';
import type { BroadcastMessage, ItemMessage, TransportSession } from './transport';

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
export class RedisSession implements TransportSession {
	private lease: Lease<RedisConnection> | undefined;

	/** @param prepare throws where an item cannot be sent, before anything is */
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly prepare: (message: BroadcastMessage, itemIndex: number) => RedisPublication,
	) {}

	async send(message: BroadcastMessage, itemIndex: number): Promise<IDataObject> {
		return await this.publish(await this.connection(), this.prepare(message, itemIndex));
	}

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
