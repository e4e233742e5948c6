import type { LookupFunction } from 'node:net';
import type { Socket } from 'socket.io-client' with { 'resolution-mode': 'import' };
import { guardDecoding, type Guarded } from './guardedDecoding';
import { within } from '../../flow/within';
import { socketRoute } from '../../net/proxy';
import { redactor, secretHeaders, type Redact } from '../../net/redact';
import { SocketIoConnection } from './connection';
import { SocketIoError, handshakeFailure } from './failure';
import type { SocketIoSettings } from './settings';
import { monitoredWebSocket, WriteMonitor } from './monitoredTransport';

/** How to connect. */
interface SocketIoConnectOptions {
	/** Milliseconds for the whole handshake: TCP, TLS, WebSocket and namespace. */
	readonly limitMs: number;
	/**
	 * Resolves the host name instead of Node's own lookup, to enforce a network policy; with a proxy,
	 * that does it.
	 */
	readonly lookup?: LookupFunction;
	/** Ends the handshake at once when it is aborted; then its reason is thrown. */
	readonly signal?: AbortSignal;
	/** Bytes of a frame above which the connection is ended; 100 MiB where it is not given. */
	readonly longestFrame?: number;
	/**
	 * Reads what arrives, and drops what cannot be read.
	 *
	 * @default drops it without a word
	 */
	readonly guarded?: Guarded;
	/**
	 * Of what the server says in a refusal.
	 * @default all values of the credential are hidden
	 */
	readonly redact?: Redact;
	/** Called before anything is sent, to listen for what arrives together with the confirmation. */
	readonly prepare?: (socket: Socket) => void;
}

/** A socket whose namespace the server has confirmed. */
interface OpenedSocket {
	readonly socket: Socket;
	readonly monitor: WriteMonitor;
	/** Largest message in bytes that the server said it accepts (`maxHttpBufferSize`). */
	readonly maxPayload: number | undefined;
}

/**
 * Opens one socket to one namespace, directly or by n8n's proxy. Over WebSocket only: HTTP
 * long-polling in Node would follow redirects to other hosts with the credential's headers.
 *
 * It does not reconnect: whoever holds it opens a new one, so that no event waits unseen.
 *
 * @throws SocketIoError that names why the handshake did not succeed
 */
export async function openSocketIo(
	settings: SocketIoSettings,
	namespace: string,
	options: SocketIoConnectOptions,
): Promise<OpenedSocket> {
	// The CommonJS build of 4.8 declares NodeWebSocket but does not export it.
	const { Manager, NodeWebSocket } = await import('socket.io-client');
	const { origin, query, path, auth, headers } = settings;
	const { limitMs, lookup, signal, longestFrame, guarded = quietly, prepare } = options;
	const redact = options.redact ?? redactor([auth, secretHeaders(headers), query]);
	const context = { origin, namespace, redact };
	const monitor = new WriteMonitor();
	const route = socketRoute(origin, { lookup, limitMs, signal });
	const manager = new Manager(origin, {
		path,
		query: { ...query },
		extraHeaders: { ...headers },
		transports: [monitoredWebSocket(NodeWebSocket, monitor, { route, longestFrame, guarded })],
		autoConnect: false,
		reconnection: false,
		timeout: limitMs,
		// An idle connection must not keep n8n from stopping.
		autoUnref: true,
	});
	guardDecoding(manager, guarded);
	signal?.throwIfAborted();
	const socket = manager.socket(namespace, { auth: { ...auth } });
	prepare?.(socket);
	let maxPayload: number | undefined;
	let connected = false;
	try {
		await within<void>(
			limitMs,
			() => handshakeTimeout(origin, limitMs),
			(resolve, reject) => {
				const onError = (cause: Error) => reject(handshakeFailure(cause, context));
				const onDisconnect = (reason: string) => reject(closedInHandshake(origin, reason));
				const onAbort = () => reject(signal?.reason as Error);
				socket.once('connect', resolve);
				socket.once('connect_error', onError);
				socket.once('disconnect', onDisconnect);
				signal?.addEventListener('abort', onAbort, { once: true });
				socket.connect();
				manager.engine.on('handshake', (handshake) => (maxPayload = handshake.maxPayload));
				return () => {
					socket.off('connect', resolve);
					socket.off('connect_error', onError);
					socket.off('disconnect', onDisconnect);
					signal?.removeEventListener('abort', onAbort);
				};
			},
		);
		connected = true;
	} finally {
		if (!connected) socket.disconnect();
	}
	return { socket, monitor, maxPayload };
}

function quietly(read: () => void): void {
	try {
		read();
	} catch {
		// Whoever only sends does not read what arrives.
	}
}

function handshakeTimeout(origin: string, limitMs: number): SocketIoError {
	return new SocketIoError(
		'handshakeTimeout',
		`${origin} did not finish the Socket.IO handshake within ${limitMs / 1000} seconds`,
		"Check that a Socket.IO server runs at 'URL' of the credential, or raise 'Connection Timeout'.",
	);
}

/** The transport was fine, and then the server, or what is in between, went away. */
function closedInHandshake(origin: string, reason: string): SocketIoError {
	return new SocketIoError(
		'closed',
		`${origin} closed the connection during the Socket.IO handshake (${reason})`,
		"Check 'URL', 'Auth' and 'Headers' in the credential.",
	);
}

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
