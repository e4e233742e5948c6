import PusherModule from 'pusher-js';
import type { ChannelAuthorizationHandler } from 'pusher-js';
import { APP } from './soketi.mts';

/** Its types describe another module format than the one that Node loads. */
const Client = PusherModule as unknown as typeof PusherModule.default;

/** pusher-js, as a browser uses it. */
export type PusherClient = InstanceType<typeof Client>;

/** Connects the vendor's own client to a server on 127.0.0.1. */
export function pusherClient(
	port: number,
	customHandler: ChannelAuthorizationHandler,
): PusherClient {
	return new Client(APP.key, {
		cluster: '',
		wsHost: '127.0.0.1',
		wsPort: port,
		forceTLS: false,
		enabledTransports: ['ws'],
		enableStats: false,
		channelAuthorization: { transport: 'ajax', endpoint: '', customHandler },
	});
}
