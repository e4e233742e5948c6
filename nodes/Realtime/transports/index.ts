import { actionCable } from './actionCable/transport';
import { frappe } from './frappe/transport';
import { pusher } from './pusher/transport';
import { socketIo } from './socketIo/transport';
import type { RealtimeTransport } from './transport';

/** Every transport of Realtime Broadcast, in the order of its list. */
export const transports: readonly RealtimeTransport[] = [actionCable, frappe, pusher, socketIo];
