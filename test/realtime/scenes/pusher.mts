import { pusherClient } from '../../support/pusherClient.mts';
import { APP, Soketi } from '../../support/soketi.mts';
import type { RealtimeTransportScene } from '../scene.mts';

const CHANNEL = 'private-shop';

export const pusher: RealtimeTransportScene = {
	transport: 'pusher',
	name: 'Pusher protocol (soketi)',
	async open() {
		const soketi = await Soketi.start();
		const { pusher: server, credential } = soketi;
		const heard: unknown[] = [];
		const client = pusherClient(soketi.port, ({ socketId, channelName }, give) =>
			give(null, server.authorizeChannel(socketId, channelName)),
		);
		client.subscribe(CHANNEL).bind('echo', (payload: unknown) => void heard.push(payload));
		return {
			credentials: { realtimeWebhooksPusherApi: credential },
			triggerCredentials: ['realtimeWebhooksPusherApi'],
			broadcastCredentials: ['realtimeWebhooksPusherApi'],
			triggerParameters: { preset: 'none', channels: CHANNEL },
			broadcastParameters: { operation: 'send', channels: CHANNEL },
			type: 'pusher.order.created',
			async listening() {
				const answer = await server
					.get({ path: `/channels/${CHANNEL}`, params: { info: 'subscription_count' } })
					.catch(() => undefined);
				const told = (await answer?.json().catch(() => ({}))) as { subscription_count?: number };
				return (told?.subscription_count ?? 0) >= 2;
			},
			send: async (event, payload) => void (await server.trigger(CHANNEL, event, payload)),
			heard,
			restart: async () => {
				await soketi.kill();
				await soketi.run();
			},
			refused: {
				credentials: { realtimeWebhooksPusherApi: { ...credential, secret: 'another-secret' } },
				words: /private-shop/,
			},
			secrets: [APP.secret],
			close: async () => {
				client.disconnect();
				await soketi.stop();
			},
		};
	},
};
