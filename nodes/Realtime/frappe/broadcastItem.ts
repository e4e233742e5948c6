import type { IExecuteFunctions } from 'n8n-workflow';

import { payloadOf, socketIoEvent } from '../../../lib/realtime/socketIo/connection';
import { FrappeError } from '../../../lib/realtime/frappe/failure';
import {
	FRAPPE_CHANNEL,
	frappeMessage,
	frappeRoom,
	type FrappeRoom,
} from '../../../lib/realtime/frappe/send';
import type { RedisPublication } from '../broadcast/redisSession';
import type { BroadcastMessage } from '../broadcast/broadcastTransport';

/** The room that an item's parameters name. */
export function readRoom(context: IExecuteFunctions, itemIndex: number): string {
	const text = (name: string) => String(context.getNodeParameter(name, itemIndex, '') ?? '');
	const read = (): FrappeRoom => {
		const kind = text('room') || 'all';
		switch (kind) {
			case 'all':
			case 'website':
				return { kind };
			case 'custom':
				return { kind, name: text('roomName') };
			case 'doctype':
				return { kind, name: text('roomDoctype') };
			case 'document':
				return { kind, doctype: text('roomDoctype'), name: text('roomDocument') };
			case 'task':
				return { kind, name: text('roomTask') };
			case 'user':
				return { kind, name: text('roomUser') };
			default:
				throw new FrappeError(
					"'Room' is not supported by this node",
					'Choose a value from the list.',
				);
		}
	};
	return frappeRoom(read());
}

/** An event in plain JSON, with a name that clients can listen to: they use Socket.IO. */
export function readEvent(message: BroadcastMessage): BroadcastMessage {
	const event = socketIoEvent(message.event, message.payload);
	return { event: event.name, payload: payloadOf(event) };
}

/** What an item publishes to the Redis of a bench. */
export function toBench(context: IExecuteFunctions) {
	return (message: BroadcastMessage, itemIndex: number): RedisPublication => {
		const site = String(context.getNodeParameter('site', itemIndex, '') ?? '').trim();
		if (!/^[\w.-]+$/.test(site)) {
			throw new FrappeError(
				site === '' ? "'Site' is empty" : "'Site' is not a valid site name",
				'Enter the name used in Frappe, such as erp.example.com, without https:// and port.',
			);
		}
		const room = readRoom(context, itemIndex);
		const older = context.getNodeParameter('options.olderFrappe', itemIndex, false) === true;
		const { event, payload } = readEvent(message);
		return {
			channel: FRAPPE_CHANNEL,
			message: frappeMessage({ event, payload, site, room }, older),
			shown: { site, room },
			unheard:
				'No realtime service of Frappe listens to this Redis: check the credential (newer benches use redis_queue of common_site_config.json, older ones redis_socketio), and that the service runs.',
		};
	};
}
