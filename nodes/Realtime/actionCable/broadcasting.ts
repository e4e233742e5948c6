import { sendAction, type RealtimeTransport } from '../broadcast/broadcastTransport';
import { AnyCableSession } from './httpSession';
import { actionCableDelivery, actionCableTarget } from './broadcastProperties';
import { CableRedisSession } from './redisSession';

/** Broadcasts to streams of Rails Action Cable or AnyCable. */
export const actionCable: RealtimeTransport = {
	id: 'actionCable',
	displayName: 'Action Cable',
	description: 'Send to streams of Rails Action Cable or AnyCable',
	actions: sendAction(
		'Send an event to Action Cable or AnyCable',
		'Send to streams of Rails Action Cable or AnyCable',
	),
	target: actionCableTarget,
	delivery: actionCableDelivery,
	openSession: (context) =>
		context.getNodeParameter('through', 0) === 'http'
			? new AnyCableSession(context)
			: new CableRedisSession(context),
};
