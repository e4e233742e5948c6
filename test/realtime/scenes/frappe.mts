import { io } from 'socket.io-client';
import { FrappeServer } from '../../support/frappe.mts';
import { freePort, redisIsInstalled, RedisServer } from '../../support/redisServer.mts';
import type { RealtimeTransportScene } from '../scene.mts';

const KEY = 'k3y:frappe-secret-that-must-not-be-shown';
const SITE = 'erp.test';

export const frappe: RealtimeTransportScene = {
	transport: 'frappe',
	name: 'Frappe',
	...(redisIsInstalled ? {} : { missing: 'needs the package redis-server' }),
	async open() {
		const redis = await RedisServer.start();
		const port = await freePort();
		const start = async () =>
			await FrappeServer.start({
				site: SITE,
				users: { [KEY]: { name: 'ana@example.com', type: 'System User' } },
				redisUrl: redis.url,
				port,
			});
		let server = await start();
		const heard: unknown[] = [];
		const headers = { Authorization: `token ${KEY}` };
		const other = io(`${server.url}/${SITE}`, {
			extraHeaders: { ...headers, Origin: server.url, Cookie: 'a=1', 'X-Frappe-Site-Name': SITE },
			transports: ['websocket'],
		});
		other.on('echo', (payload) => heard.push(payload));
		const credential = {
			url: server.url,
			path: '/socket.io',
			auth: '',
			headers: JSON.stringify(headers),
		};
		const realtimeWebhooksRealtimeRedisApi = {
			host: '127.0.0.1',
			port: redis.port,
			user: '',
			password: '',
			database: 0,
			tls: false,
		};
		return {
			credentials: { realtimeWebhooksSocketIoApi: credential, realtimeWebhooksRealtimeRedisApi },
			triggerCredentials: ['realtimeWebhooksSocketIoApi'],
			broadcastCredentials: ['realtimeWebhooksRealtimeRedisApi'],
			triggerParameters: { site: SITE },
			broadcastParameters: { through: 'redis', site: SITE, room: 'all' },
			type: 'frappe.order.created',
			listening: () => server.membersOf('all') >= 2,
			send: async (event, payload) => server.publish(event, payload),
			heard,
			restart: async () => {
				await server.close();
				server = await start();
			},
			refused: {
				credentials: {
					realtimeWebhooksSocketIoApi: {
						...credential,
						headers: '{"Authorization":"token k:wrong"}',
					},
					realtimeWebhooksRealtimeRedisApi,
				},
				words: /Unauthorized/,
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
