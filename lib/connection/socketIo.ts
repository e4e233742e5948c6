import type { LookupFunction } from 'node:net';

import { redactor } from './redact';
import { SocketIoConnection } from './socketIoConnection';
import { SocketIoError } from './socketIoError';
import { handshakeFailure } from './socketIoFailure';
import type { SocketIoSettings } from './socketIoSettings';
import { monitoredWebSocket, WriteMonitor } from './socketIoTransport';
import { within } from './within';

/** How to connect. */
export interface SocketIoConnectOptions {
	/** Milliseconds for the whole handshake: TCP, TLS, WebSocket and namespace. */
	readonly limitMs: number;
	/** Resolves the host name instead of Node's own lookup, to enforce a network policy. */
	readonly lookup?: LookupFunction;
}

/**
 * Opens one connection to one namespace, over WebSocket only: HTTP long-polling in Node would follow
 * redirects to other hosts with the credential's headers.
 *
 * It does not reconnect: whoever holds it opens a new one, so that no event waits unseen.
 *
 * @throws SocketIoError that names why the handshake did not succeed
 */
export async function connectSocketIo(
	settings: SocketIoSettings,
	namespace: string,
	options: SocketIoConnectOptions,
): Promise<SocketIoConnection> {
	// The CommonJS build of 4.8 declares NodeWebSocket but does not export it.
	const { Manager, NodeWebSocket } = await import('socket.io-client');
	const { origin, query, path, auth, headers } = settings;
	const { limitMs, lookup } = options;
	const context = { origin, namespace, redact: redactor([auth, headers, query]) };
	const monitor = new WriteMonitor();
	const manager = new Manager(origin, {
		path,
		query: { ...query },
		extraHeaders: { ...headers },
		transports: [monitoredWebSocket(NodeWebSocket, monitor, lookup)],
		autoConnect: false,
		reconnection: false,
		timeout: limitMs,
		// An idle connection must not keep n8n from stopping.
		autoUnref: true,
	});
	const socket = manager.socket(namespace, { auth: { ...auth } });
	let maxPayload: number | undefined;
	let connected = false;
	try {
		await within<void>(
			limitMs,
			() => handshakeTimeout(origin, limitMs),
			(resolve, reject) => {
				socket.once('connect', resolve);
				socket.once('connect_error', (cause) => reject(handshakeFailure(cause, context)));
				socket.once('disconnect', (reason) => reject(closedInHandshake(origin, reason)));
				socket.connect();
				manager.engine.on('handshake', (handshake) => (maxPayload = handshake.maxPayload));
				return () => socket.off();
			},
		);
		connected = true;
	} finally {
		if (!connected) socket.disconnect();
	}
	return new SocketIoConnection(socket, monitor, { origin, namespace, maxPayload });
}

function handshakeTimeout(origin: string, limitMs: number): SocketIoError {
	return new SocketIoError(
		'handshakeTimeout',
		`${origin} did not finish the Socket.IO handshake within ${limitMs / 1000} seconds`,
		"Check that a Socket.IO server runs at 'URL' of the credential, or raise 'Connection Timeout'.",
	);
}

function closedInHandshake(origin: string, reason: string): SocketIoError {
	return new SocketIoError(
		'refused',
		`${origin} closed the connection during the Socket.IO handshake (${reason})`,
		"Check 'URL', 'Auth' and 'Headers' in the credential.",
	);
}
