import { createClient } from '@redis/client';
import { ActionCableClient } from '../../support/actionCableClient.mts';
import {
	CHANNEL_PREFIX,
	RAILS_PACKAGES,
	railsIsInstalled,
	RailsServer,
} from '../../support/rails.mts';
import { RedisServer } from '../../support/redisServer.mts';
import type { RealtimeTransportScene } from '../scene.mts';

/** The trigger is in one room and the other client in another, so that Redis tells who listens. */
const ROOM = 'room_orders';
const ECHOES = 'room_echoes';

export const actionCable: RealtimeTransportScene = {
	transport: 'actionCable',
	name: 'Action Cable (Rails)',
	...(railsIsInstalled ? {} : { missing: `needs the packages ${RAILS_PACKAGES}` }),
	async open() {
		const redis = await RedisServer.start();
		const rails = await RailsServer.start(redis.url);
		const client = await ActionCableClient.subscribe(rails.url, {
			channel: 'RoomChannel',
			room: 'echoes',
		});
		const asked = createClient({ url: redis.url });
		asked.on('error', () => undefined);
		await asked.connect();
		const cable = {
			url: rails.url,
			origin: '',
			headers: '',
			broadcastUrl: '',
			broadcastKey: '',
		};
		const realtimeWebhooksRealtimeRedisApi = {
			host: '127.0.0.1',
			port: redis.port,
			user: '',
			password: '',
			database: 1,
			tls: false,
		};
		return {
			credentials: { realtimeWebhooksActionCableApi: cable, realtimeWebhooksRealtimeRedisApi },
			triggerCredentials: ['realtimeWebhooksActionCableApi'],
			broadcastCredentials: ['realtimeWebhooksRealtimeRedisApi'],
			triggerParameters: { channels: '{"channel":"RoomChannel","room":"orders"}' },
			broadcastParameters: {
				through: 'redis',
				streams: ECHOES,
				channelPrefix: CHANNEL_PREFIX,
				messageFormat: 'eventAndPayload',
			},
			type: 'actioncable.order.created',
			async listening() {
				const channel = `${CHANNEL_PREFIX}:${ROOM}`;
				return Number((await asked.pubSubNumSub([channel]))[channel] ?? 0) > 0;
			},
			send: async (event, payload) => await rails.broadcast(ROOM, { event, payload }),
			heard: client.received,
			restart: async () => {
				await rails.stop();
				await rails.start();
			},
			refused: {
				credentials: {
					realtimeWebhooksActionCableApi: {
						...cable,
						url: rails.url.replace('token=ana', 'token=bad'),
					},
					realtimeWebhooksRealtimeRedisApi,
				},
				words: /unauthorized/,
			},
			secrets: ['token=ana'],
			close: async () => {
				client.close();
				asked.destroy();
				await rails.stop();
				await redis.stop();
			},
		};
	},
};
