import { actionCableListening } from '../actionCable/listening';
import { frappeListening } from '../frappe/listening';
import type { ListenTransport } from './listenTransport';
import { pusherListening } from '../pusher/listening';
import { socketIoListening } from '../socketIo/listening';

/** Every transport of Realtime Trigger, in the order of its list. */
export const listenTransports: readonly ListenTransport[] = [
	actionCableListening,
	frappeListening,
	pusherListening,
	socketIoListening,
];
