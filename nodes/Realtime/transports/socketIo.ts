import { SocketIoSession } from './socketIoSession';
import { socketIoDelivery, socketIoTarget } from './socketIoParameters';
import type { RealtimeTransport } from './transport';

/** Pushes events to a Socket.IO server as one of its clients. */
export const socketIo: RealtimeTransport = {
	id: 'socketIo',
	displayName: 'Socket.IO',
	description: 'Sends to a Socket.IO server, which passes the event on to its clients',
	target: socketIoTarget,
	delivery: socketIoDelivery,
	openSession: (context) => new SocketIoSession(context),
};
