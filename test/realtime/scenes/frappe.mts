import { io, type Socket } from 'socket.io-client';
import { FrappeServer, type FrappeOptions } from '../../support/frappe.mts';
import { freePort, redisIsInstalled, RedisServer } from '../../support/redisServer.mts';
import type { RealtimeTransportScene } from '../scene.mts';

const SITE = 'erp.test';
const KEY = 'frappe-key:frappe-secret-that-must-not-be-shown';
const users: FrappeOptions['users'] = { [KEY]: { name: 'ana@example.com', type: 'System User' } };

/** Somebody who has the site open in a browser. */
function visit(port: number): Socket {
	return io(`http://127.0.0.1:${port}/${SITE}`, {
		transports: ['websocket'],
		extraHeaders: {
			Origin: `http://127.0.0.1:${port}`,
			'X-Frappe-Site-Name': SITE,
			Cookie: 'a=1',
			Authorization: `token ${KEY}`,
		},
	});
}

export const frappe: RealtimeTransportScene = {
	transport: 'frappe',
	name: 'Frappe, broadcasting through the Redis of its bench',
	missing: redisIsInstalled ? undefined : 'needs the package redis-server',
	async open() {
		const redis = await RedisServer.start();
		const options = { site: SITE, users, redisUrl: redis.url, port: await freePort() };
		let server = await FrappeServer.start(options);
		const heard: unknown[] = [];
		const other = visit(options.port);
		other.on('echo', (payload) => heard.push(payload));
		const socketIoApi = {
			url: `http://127.0.0.1:${options.port}`,
			path: '/socket.io',
			auth: '',
			headers: JSON.stringify({ Authorization: `token ${KEY}` }),
		};
		const realtimeRedisApi = {
			host: '127.0.0.1',
			port: redis.port,
			user: '',
			password: '',
			database: 0,
			tls: false,
		};
		const wrong = JSON.stringify({ Authorization: 'token nobody:knows-this' });
		return {
			credentials: { socketIoApi, realtimeRedisApi },
			triggerCredentials: ['socketIoApi'],
			broadcastCredentials: ['realtimeRedisApi'],
			triggerParameters: { site: SITE },
			broadcastParameters: { through: 'redis', site: SITE, room: 'all' },
			type: 'frappe.order.created',
			listening: () => server.membersOf('all') >= 2,
			send: async (event, payload) => server.publish(event, payload),
			heard,
			restart: async () => {
				await server.close();
				server = await FrappeServer.start(options);
			},
			refused: {
				credentials: { socketIoApi: { ...socketIoApi, headers: wrong }, realtimeRedisApi },
				words: /Frappe refused the connection: Unauthorized/,
			},
			secrets: [KEY],
			close: async () => {
				other.close();
				await server.close();
				await redis.stop();
			},
		};
	},
};
