import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { broadcast } from './nodes.mts';
import type { Cell } from '../rounds.mts';

export const EMITS = 'Realtime Broadcast';
export const BARE = 'socket.io-client, emit';

/** A server that counts, and two ways to emit the same items to it. */
export async function socketIoCells(
	items: readonly object[],
): Promise<{ cells: Cell[]; close(): Promise<void> }> {
	const http = createServer();
	const server = new Server(http);
	let left = 0;
	let all = () => {};
	server.on('connection', (socket) => {
		socket.on('tick', () => {
			left -= 1;
			if (left === 0) all();
		});
	});
	await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
	const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
	/** Until the server has them all: a client that only buffers would look fast. */
	const arrived = (): Promise<void> => {
		left = items.length;
		return new Promise((resolve) => (all = resolve));
	};
	const bare = io(url, { transports: ['websocket'] });
	await new Promise<void>((resolve) => bare.once('connect', () => resolve()));
	const parameters = {
		transport: 'socketIo',
		namespace: '/',
		event: 'tick',
		payload: 'item',
		waitForAcknowledgement: false,
	};
	const credential = { url, path: '/socket.io', auth: '', headers: '' };
	return {
		cells: [
			{
				name: EMITS,
				run: async () => {
					const done = arrived();
					await broadcast(items, parameters, { realtimeWebhooksSocketIoApi: credential });
					await done;
				},
			},
			{
				name: BARE,
				run: async () => {
					const done = arrived();
					for (const item of items) bare.emit('tick', item);
					await done;
				},
			},
		],
		close: async () => {
			bare.close();
			await server.close();
		},
	};
}
