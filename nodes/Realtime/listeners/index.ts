import { actionCableListening } from './actionCable/transport';
import { frappeListening } from './frappe/transport';
import type { ListenTransport } from './listenTransport';
import { pusherListening } from './pusher/transport';
import { socketIoListening } from './socketIo/transport';

/** Every transport of Realtime Trigger, in the order of its list. */
export const listenTransports: readonly ListenTransport[] = [
	actionCableListening,
	frappeListening,
	pusherListening,
	socketIoListening,
];
