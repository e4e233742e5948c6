import { actionCable } from '../actionCable/broadcasting';
import { frappe } from '../frappe/broadcasting';
import { pusher } from '../pusher/broadcasting';
import { socketIo } from '../socketIo/broadcasting';
import type { RealtimeTransport } from './broadcastTransport';

/** Every transport of Realtime Broadcast, in the order of its list. */
export const transports: readonly RealtimeTransport[] = [actionCable, frappe, pusher, socketIo];
