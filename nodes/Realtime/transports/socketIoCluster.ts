import type { IExecuteFunctions } from 'n8n-workflow';

import { socketIoEvent } from '../../../lib/realtime/socketIo/connection';
import { readNamespace } from '../../../lib/realtime/socketIo/settings';
import { clusterMessage, numericRooms } from '../../../lib/realtime/socketIo/cluster';
import { readPatterns } from '../../../lib/event/pattern';
import type { RedisPublication } from './redisSession';
import { DEFAULT_KEY_PREFIX } from './socketIoParameters';
import type { BroadcastMessage } from './transport';

/** What an item publishes to the servers of a Socket.IO cluster. */
export function toCluster(context: IExecuteFunctions) {
	return (message: BroadcastMessage, itemIndex: number): RedisPublication => {
		const areNumbers =
			context.getNodeParameter('options.roomsAreNumbers', itemIndex, false) === true;
		const list = (name: string) => {
			const written = readPatterns(context.getNodeParameter(name, itemIndex, ''));
			return areNumbers ? numericRooms(written) : written;
		};
		const namespace = readNamespace(context.getNodeParameter('namespace', itemIndex));
		const [rooms, except] = [list('rooms'), list('except')];
		const prefix = context.getNodeParameter('options.keyPrefix', itemIndex, DEFAULT_KEY_PREFIX);
		const keyPrefix = String(prefix).trim() || DEFAULT_KEY_PREFIX;
		const { name, payload } = socketIoEvent(message.event, message.payload);
		const target = { namespace, rooms, except, keyPrefix };
		return {
			...clusterMessage(target, name, payload),
			shown: { namespace, rooms, except },
			unheard: `No server with a Redis adapter listens to namespace ${namespace}: check 'Namespace', the option 'Key Prefix', and that the servers use this Redis and @socket.io/redis-adapter.`,
		};
	};
}
