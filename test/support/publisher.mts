import { io, type Socket } from 'socket.io-client';
import type { Acknowledgement } from '../../examples/live-hub/hub.mts';

const TIMEOUT_MS = 60_000;

export interface Publisher {
	publish(event: unknown, name?: string): Promise<Acknowledgement>;
	close(): void;
}

/** Connects to the hub as the Realtime Broadcast node does; rejects with the hub's refusal. */
export async function connectPublisher(url: string, token?: string): Promise<Publisher> {
	const socket: Socket = io(url, {
		transports: ['websocket'],
		reconnection: false,
		forceNew: true,
		timeout: TIMEOUT_MS,
		auth: { token },
	});
	await new Promise<void>((resolve, reject) => {
		socket.once('connect', resolve);
		socket.once('connect_error', (error) => {
			socket.close();
			reject(error);
		});
	});
	return {
		publish: async (event, name = 'event') =>
			await socket.timeout(TIMEOUT_MS).emitWithAck(name, event),
		close: () => socket.close(),
	};
}
