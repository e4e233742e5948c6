import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import type { Lease } from '../../../lib/net/pool';
import type { RedisConnection } from '../../../lib/realtime/redis';
import { leaseRedis } from '../broadcast/redisSession';
import type { ItemMessage, TogetherSession } from '../broadcast/broadcastTransport';
import { asError, refusedTogether } from '../broadcast/broadcast';
import { cableMessage } from './broadcastItem';
import { readCableItem, type CableItem } from './broadcastProperties';

/** Publications on their way at the same time: bounds what waits in memory for the network. */
const AT_ONCE = 1_000;

/** Publishes to the Redis that the Rails servers listen to. Redis keeps the order. */
export class CableRedisSession implements TogetherSession {
	private lease: Promise<Lease<RedisConnection>> | undefined;

	constructor(private readonly context: IExecuteFunctions) {}

	async sendAll(messages: readonly ItemMessage[]): Promise<Array<IDataObject | Error>> {
		const prepared = messages.map((message) => this.prepare(message));
		const refused = refusedTogether(this.context, prepared);
		if (refused !== undefined) return refused;
		const outcomes: Array<IDataObject | Error> = [];
		for (let start = 0; start < prepared.length; start += AT_ONCE) {
			const part = prepared.slice(start, start + AT_ONCE);
			if (this.context.getExecutionCancelSignal()?.aborted === true) break;
			outcomes.push(...(await Promise.all(part.map(async (item) => await this.outcome(item)))));
		}
		return outcomes;
	}

	close(): void {
		void this.lease?.then(
			(lease) => lease.release(),
			() => undefined,
		);
	}

	private prepare(message: ItemMessage): PreparedItem | Error {
		try {
			const item = readCableItem(this.context, message.itemIndex);
			return { item, text: cableMessage(this.context, message, item.asEventAndPayload) };
		} catch (error) {
			return asError(error);
		}
	}

	private async outcome(prepared: PreparedItem | Error): Promise<IDataObject | Error> {
		if (prepared instanceof Error) return prepared;
		try {
			this.lease ??= leaseRedis(this.context);
			const { connection } = await this.lease;
			return await publish(connection, prepared.item, prepared.text);
		} catch (error) {
			return asError(error);
		}
	}
}

interface PreparedItem {
	readonly item: CableItem;
	readonly text: string;
}

/** `subscribers` counts Rails servers with such a subscription, not their clients. */
async function publish(
	connection: RedisConnection,
	{ streams, channelPrefix }: CableItem,
	text: string,
): Promise<IDataObject> {
	const sent = await Promise.all(
		streams.map(async (stream) => {
			const channel = channelPrefix === '' ? stream : `${channelPrefix}:${stream}`;
			return { stream, channel, subscribers: await connection.publish(channel, text) };
		}),
	);
	const unheard = sent.filter(({ subscribers }) => subscribers === 0);
	return {
		through: 'redis',
		streams: sent,
		subscribers: sent.reduce((sum, { subscribers }) => sum + subscribers, 0),
		delivered: unheard.length === 0,
		...(unheard.length === 0
			? {}
			: {
					hint: `No server listens to ${unheard.map(({ channel }) => channel).join(', ')}: either no client is subscribed now, or 'Channel Prefix' is not the channel_prefix of config/cable.yml.`,
				}),
	};
}
