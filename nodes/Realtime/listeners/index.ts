import type { ListenTransport } from './listenTransport';

/** Every transport of Realtime Trigger, in the order of its list. */
export const listenTransports: readonly ListenTransport[] = [];
