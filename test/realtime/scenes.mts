import type { RealtimeTransportScene } from './scene.mts';
import { actionCable } from './scenes/actionCable.mts';
import { frappe } from './scenes/frappe.mts';
import { pusher } from './scenes/pusher.mts';
import { socketIo } from './scenes/socketIo.mts';

/** Every transport, in both directions. */
export const REALTIME_SCENES: readonly RealtimeTransportScene[] = [
	actionCable,
	frappe,
	pusher,
	socketIo,
];
