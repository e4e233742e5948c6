import { pusherClient } from '../../support/pusherClient.mts';
import { APP, Soketi } from '../../support/soketi.mts';
import type { RealtimeScene, RealtimeTransportScene } from '../scene.mts';

export const pusher: RealtimeTransportScene = {
	transport: 'pusher',
	name: 'Pusher protocol (soketi)',
	open: async () => await openOn('private-shop', { preset: 'none', channels: 'private-shop' }),
};

/** The same with the preset's parameter in place of channels. */
export const yapeNotifier: RealtimeTransportScene = {
	transport: 'pusher',
	name: 'Pusher, preset Yape Notifier',
	open: async () => await openOn('private-commerce.5', { preset: 'yapeNotifier', commerceId: '5' }),
};

async function openOn(
	channel: string,
	triggerParameters: RealtimeScene['triggerParameters'],
): Promise<RealtimeScene> {
	const soketi = await Soketi.start();
	const { pusher: server, credential } = soketi;
	const heard: unknown[] = [];
	const client = pusherClient(soketi.port, ({ socketId, channelName }, give) =>
		give(null, server.authorizeChannel(socketId, channelName)),
	);
	client.subscribe(channel).bind('echo', (payload: unknown) => void heard.push(payload));
	return {
		credentials: { realtimeWebhooksPusherApi: credential },
		triggerCredentials: ['realtimeWebhooksPusherApi'],
		broadcastCredentials: ['realtimeWebhooksPusherApi'],
		triggerParameters,
		broadcastParameters: { operation: 'send', channels: channel },
		type: 'pusher.order.created',
		async listening() {
			const answer = await server
				.get({ path: `/channels/${channel}`, params: { info: 'subscription_count' } })
				.catch(() => undefined);
			const told = (await answer?.json().catch(() => ({}))) as { subscription_count?: number };
			return (told?.subscription_count ?? 0) >= 2;
		},
		send: async (event, payload) => void (await server.trigger(channel, event, payload)),
		heard,
		restart: async () => {
			await soketi.kill();
			await soketi.run();
		},
		refused: {
			credentials: { realtimeWebhooksPusherApi: { ...credential, secret: 'another-secret' } },
			words: new RegExp(channel.replace('.', '\\.')),
		},
		secrets: [APP.secret],
		close: async () => {
			client.disconnect();
			await soketi.stop();
		},
	};
}
