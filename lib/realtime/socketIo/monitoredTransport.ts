import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

import type { NodeWebSocket } from 'socket.io-client' with { 'resolution-mode': 'import' };

import { withExactIntegers } from '../../event/exactNumbers';
import type { SocketRoute } from '../../net/proxy';
import type { Guarded } from './guardedDecoding';

/** The server answered the WebSocket handshake with an HTTP response other than 101. */
export class HttpRefusal {
	constructor(
		readonly status: number,
		/** Start of the response body, at most {@link MAX_REFUSAL_BYTES}. */
		readonly body: string,
	) {}
}

/** Follows what the transport has handed to the operating system. */
export class WriteMonitor {
	private readonly listeners = new Set<() => void>();
	private framesPending = 0;

	/** Frames given to the WebSocket and not yet written to the network. */
	get pending(): number {
		return this.framesPending;
	}

	/** Calls back whenever `pending` falls to 0, until the returned function is called. */
	subscribe(onWritten: () => void): () => void {
		this.listeners.add(onWritten);
		return () => this.listeners.delete(onWritten);
	}

	frameSent(): void {
		this.framesPending += 1;
	}

	frameWritten(): void {
		this.framesPending -= 1;
		if (this.framesPending === 0) for (const listener of this.listeners) listener();
	}
}

/** Used parts of the `ws` package's WebSocket, which comes with engine.io-client without types. */
interface WsSocket {
	send(data: unknown, written: () => void): void;
	on(event: 'upgrade', listener: (response: IncomingMessage) => void): void;
	on(
		event: 'unexpected-response',
		listener: (request: unknown, response: IncomingMessage) => void,
	): void;
}

type EnginePacket = Parameters<NodeWebSocket['doWrite']>[0];
type EngineData = Parameters<NodeWebSocket['doWrite']>[1];

/** engine.io's refusals are one line of JSON; a proxy's error page says enough in its first lines. */
const MAX_REFUSAL_BYTES = 4096;

/** What a transport is to do besides engine.io's own. */
export interface TransportAdditions {
	/** How it reaches the server: directly, or by a proxy. */
	readonly route: SocketRoute;
	/** Bytes of a frame above which the connection is ended. */
	readonly longestFrame?: number;
	/** Reads a frame: nobody else catches what is thrown in a WebSocket's listener. */
	readonly guarded: Guarded;
}

/**
 * engine.io's WebSocket transport with some additions: it tells when frames have reached the
 * network, it keeps the body of a refused handshake (where engine.io puts its reason), it keeps the
 * digits of whole numbers that JavaScript cannot hold, and it connects on a given route.
 */
export function monitoredWebSocket(
	Base: typeof NodeWebSocket,
	monitor: WriteMonitor,
	{ route, longestFrame, guarded }: TransportAdditions,
) {
	return class MonitoredWebSocket extends Base {
		/** What carries the frames, once there is one. */
		private wire: Socket | undefined;

		override createSocket(
			uri: string,
			protocols: string | string[] | undefined,
			options: Record<string, unknown>,
		): WsSocket {
			// Without compression, a frame is written in the same tick in which it is sent.
			const limit = longestFrame === undefined ? {} : { maxPayload: longestFrame };
			// An agent would connect by itself.
			const connecting = { ...route, agent: undefined };
			const wsOptions = { ...options, ...limit, ...connecting, perMessageDeflate: false };
			const socket: WsSocket = super.createSocket(uri, protocols, wsOptions);
			socket.on('upgrade', (response) => (this.wire = response.socket));
			socket.on('unexpected-response', (_request, response) => {
				const status = response.statusCode ?? 0;
				void readStart(response).then((body) =>
					this.onError('unexpected response', new HttpRefusal(status, body)),
				);
			});
			return socket;
		}

		protected override onPacket(packet: Parameters<NodeWebSocket['onPacket']>[0]): void {
			const { type, data } = packet;
			const isText = type === 'message' && typeof data === 'string';
			const exact = isText ? { ...packet, data: withExactContent(data) } : packet;
			guarded(() => super.onPacket(exact));
		}

		/** Frames that leave together are one write to the network, instead of one each. */
		override write(packets: Parameters<NodeWebSocket['write']>[0]): void {
			const { wire } = this;
			wire?.cork();
			try {
				super.write(packets);
			} finally {
				wire?.uncork();
			}
		}

		override doWrite(_packet: EnginePacket, data: EngineData): void {
			const socket: WsSocket = this.ws;
			monitor.frameSent();
			socket.send(data, () => monitor.frameWritten());
		}
	};
}

/** A packet whose whole numbers keep their digits: socket.io-client parses its JSON itself. */
function withExactContent(packet: string): string {
	// A namespace may be a number too: `2/123,["event",…]`.
	const start = packet[1] === '/' ? packet.indexOf(',') + 1 : 1;
	return packet.slice(0, start) + withExactIntegers(packet.slice(start));
}

async function readStart(response: IncomingMessage): Promise<string> {
	let body = '';
	try {
		for await (const chunk of response.setEncoding('utf8')) {
			body += String(chunk);
			if (body.length >= MAX_REFUSAL_BYTES) break;
		}
	} catch {
		// The status alone is enough to name the refusal.
	}
	return body.slice(0, MAX_REFUSAL_BYTES);
}
