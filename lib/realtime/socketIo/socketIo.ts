import { SocketIoConnection } from './socketIoConnection';
import { openSocketIo, type SocketIoConnectOptions } from './socketIoOpen';
import type { SocketIoSettings } from './settings';

/**
 * Opens one connection to one namespace, to send events. It does not reconnect: whoever holds it
 * opens a new one.
 *
 * @throws SocketIoError that names why the handshake did not succeed
 */
export async function connectSocketIo(
	settings: SocketIoSettings,
	namespace: string,
	options: SocketIoConnectOptions,
): Promise<SocketIoConnection> {
	const { socket, monitor, maxPayload } = await openSocketIo(settings, namespace, options);
	const { origin } = settings;
	return new SocketIoConnection(socket, monitor, { origin, namespace, maxPayload });
}
