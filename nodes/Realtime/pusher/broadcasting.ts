import type { RealtimeTransport } from '../broadcast/broadcastTransport';
import {
	pusherDelivery,
	pusherOperations,
	pusherTarget,
	READING_OPERATIONS,
} from './broadcastProperties';
import { PusherBroadcastSession } from './broadcastSession';

/** Pushes events to the channels of a Pusher app, over the server's HTTP API. */
export const pusher: RealtimeTransport = {
	id: 'pusher',
	displayName: 'Pusher / Laravel Reverb',
	description: 'Send to channels of Pusher Channels, Laravel Reverb, soketi or AnyCable',
	actions: pusherOperations,
	target: pusherTarget,
	delivery: pusherDelivery,
	openSession: (context) => new PusherBroadcastSession(context),
	isReading: (context) => {
		const operation: unknown = context.getNodeParameter('operation', 0, 'send');
		return READING_OPERATIONS.some((reading) => reading === operation);
	},
};
