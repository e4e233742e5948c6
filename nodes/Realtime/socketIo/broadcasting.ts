import { RedisSession } from '../broadcast/redisSession';
import { toCluster, SocketIoSession } from './broadcastSession';
import { socketIoDelivery, socketIoTarget } from './broadcastProperties';
import { sendAction, type RealtimeTransport } from '../broadcast/broadcastTransport';

/** Pushes events to a Socket.IO server as one of its clients, or to a cluster of them by Redis. */
export const socketIo: RealtimeTransport = {
	id: 'socketIo',
	displayName: 'Socket.IO',
	description: 'Send to a Socket.IO server or to all clients of a cluster',
	actions: sendAction(
		'Send an event over Socket.IO',
		'Send to a Socket.IO server or to all clients of a cluster',
	),
	target: socketIoTarget,
	delivery: socketIoDelivery,
	openSession: (context) =>
		context.getNodeParameter('through', 0, 'client') === 'redis'
			? new RedisSession(context, toCluster(context))
			: new SocketIoSession(context),
};
