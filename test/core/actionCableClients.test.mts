import { createCable } from '@anycable/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { redisConnections } from '../../lib/realtime/redis.ts';
import { RealtimeBroadcast } from '../../nodes/Realtime/RealtimeBroadcast.node.ts';
import {
	CHANNEL_PREFIX,
	RAILS_PACKAGES,
	railsIsInstalled,
	RailsServer,
} from '../support/rails.mts';
import { RedisServer } from '../support/redisServer.mts';
import { runAction } from '../support/runAction.mts';
import { RunningTrigger } from '../support/socketIoTrigger.mts';

/** A browser sends an Origin by itself. */
class WebSocketWithOrigin extends WebSocket {
	constructor(url: string, protocols: string[]) {
		const origin = new URL(url).origin.replace(/^ws/, 'http');
		super(url, { protocols, headers: { origin } } as never);
	}
}

describe.skipIf(!railsIsInstalled)(
	`@anycable/core on Rails' Action Cable (needs the packages ${RAILS_PACKAGES})`,
	() => {
		let redis: RedisServer;
		let rails: RailsServer;

		beforeAll(async () => {
			redis = await RedisServer.start();
			rails = await RailsServer.start(redis.url);
		});
		afterAll(async () => {
			redisConnections.closeAll();
			await rails?.stop();
			await redis?.stop();
		});

		test('gets what Realtime Broadcast sends, and Realtime Trigger gets what it says', async () => {
			const cable = createCable(rails.url, {
				websocketImplementation: WebSocketWithOrigin as never,
			});
			const room = cable.subscribeTo('RoomChannel', { room: 'both' });
			const heard: unknown[] = [];
			room.on('message', (message) => void heard.push(message));
			await room.ensureSubscribed();
			const trigger = await RunningTrigger.start({
				parameters: {
					transport: 'actionCable',
					channels: '{"channel":"RoomChannel","room":"both"}',
					events: 'said',
					options: {},
				},
				credentialType: 'realtimeWebhooksActionCableApi',
				credential: { url: rails.url, origin: '', headers: '' },
			});
			const { error, outputs } = await runAction(new RealtimeBroadcast(), {
				items: [{ json: { total: '12.50' } }],
				parameters: {
					transport: 'actionCable',
					through: 'redis',
					streams: 'room_both',
					channelPrefix: CHANNEL_PREFIX,
					event: 'order.paid',
					payload: 'item',
				},
				credentials: { realtimeWebhooksRealtimeRedisApi: { host: '127.0.0.1', port: redis.port } },
			});
			expect(error).toBeUndefined();
			expect(outputs[0]?.[0]?.json.broadcast).toMatchObject({ delivered: true });
			await expect
				.poll(() => heard)
				.toContainEqual({ event: 'order.paid', payload: { total: '12.50' } });
			await room.perform('speak', { text: '¡Hola!' });
			await trigger.until(() => trigger.events.length === 1);
			expect(trigger.payloads).toEqual([{ from: 'ana', text: '¡Hola!' }]);
			await trigger.close();
			cable.disconnect();
		});
	},
);
