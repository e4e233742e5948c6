import { toBench } from './broadcastItem';
import { FrappeMethodSession } from './broadcastSession';
import { frappeDelivery, frappeTarget } from './broadcastProperties';
import { RedisSession } from '../broadcast/redisSession';
import { sendAction, type RealtimeTransport } from '../broadcast/broadcastTransport';

/** Sends events to the realtime clients of a Frappe site. */
export const frappe: RealtimeTransport = {
	id: 'frappe',
	displayName: 'Frappe',
	description: 'Send to the realtime clients of a Frappe or ERPNext site',
	actions: sendAction(
		'Send an event to Frappe or ERPNext',
		'Send to the realtime clients of a Frappe or ERPNext site',
	),
	target: frappeTarget,
	delivery: frappeDelivery,
	openSession: (context) =>
		context.getNodeParameter('through', 0) === 'method'
			? new FrappeMethodSession(context)
			: new RedisSession(context, toBench(context)),
};
