import { io, type Socket } from 'socket.io-client';
import { Server } from 'socket.io';
import { createServer } from 'node:http';
import { listenAgain } from '../../support/listenAgain.mts';
import { freePort } from '../../support/redisServer.mts';
import type { RealtimeTransportScene } from '../scene.mts';

const TOKEN = 'socket-io-token-that-must-not-be-shown';

/** A Socket.IO server that passes what a client sends on to the others. */
async function startServer(port: number): Promise<Server> {
	const http = createServer();
	const server = new Server(http);
	server.use(({ handshake }, next) => {
		next(handshake.auth.token === TOKEN ? undefined : new Error('This token is not known here'));
	});
	server.on('connection', (socket) => {
		socket.onAny((name: string, payload: unknown) => socket.broadcast.emit(name, payload));
	});
	await listenAgain(http, port);
	return server;
}

export const socketIo: RealtimeTransportScene = {
	transport: 'socketIo',
	name: 'Socket.IO',
	async open() {
		const port = await freePort();
		const url = `http://127.0.0.1:${port}`;
		let server = await startServer(port);
		const heard: unknown[] = [];
		const other: Socket = io(url, { auth: { token: TOKEN }, transports: ['websocket'] });
		other.on('echo', (payload) => heard.push(payload));
		const credential = {
			url,
			path: '/socket.io',
			auth: JSON.stringify({ token: TOKEN }),
			headers: '',
		};
		return {
			credentials: { realtimeWebhooksSocketIoApi: credential },
			triggerCredentials: ['realtimeWebhooksSocketIoApi'],
			broadcastCredentials: ['realtimeWebhooksSocketIoApi'],
			triggerParameters: { namespace: '/' },
			broadcastParameters: { namespace: '/', waitForAcknowledgement: false },
			type: 'socketio.order.created',
			listening: () => server.of('/').sockets.size >= 2,
			send: async (event, payload) => void other.emit(event, payload),
			heard,
			restart: async () => {
				await server.close();
				server = await startServer(port);
			},
			refused: {
				credentials: {
					realtimeWebhooksSocketIoApi: { ...credential, auth: '{"token":"another"}' },
				},
				words: /This token is not known here/,
			},
			secrets: [TOKEN],
			close: async () => {
				other.close();
				await server.close();
			},
		};
	},
};
