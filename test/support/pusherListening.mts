import { authoriseByEndpoint, authoriseWithSecret } from '../../lib/realtime/pusher/authorise.ts';
import { readPusherSettings } from '../../lib/realtime/pusher/settings.ts';
import { PusherSource, type PusherSourceOptions } from '../../lib/realtime/pusher/source.ts';
import { pusherMessage } from '../../lib/realtime/pusher/channelEvents.ts';
import { Backoff, Listener, type Gap } from '../../lib/realtime/listener.ts';
import type { RealtimeFailure } from '../../lib/net/failure.ts';
import type { RealtimeMessage } from '../../lib/realtime/source.ts';

export interface ListeningOptions
	extends Partial<Pick<PusherSourceOptions, 'afterSubscribed' | 'times'>> {
	readonly credential: Readonly<Record<string, unknown>>;
	readonly channels: readonly string[];
	readonly eventIdField?: string;
	readonly reportMembers?: boolean;
}

/** A listener on a Pusher source without n8n, with everything that it tells. */
export class PusherListening {
	readonly messages: RealtimeMessage[] = [];
	readonly warnings: string[] = [];
	readonly gaps: Gap[] = [];
	readonly deaths: RealtimeFailure[] = [];

	private readonly listener: Listener;

	private constructor(options: ListeningOptions) {
		const { credential, channels, afterSubscribed, times } = options;
		const { eventIdField = '', reportMembers = false } = options;
		const settings = readPusherSettings(credential);
		const egress = async () => undefined;
		const { authEndpoint } = settings;
		const source = new PusherSource({
			settings,
			channels,
			authorise:
				authEndpoint === undefined
					? authoriseWithSecret(settings, { userId: 'n8n', userInfo: {} })
					: authoriseByEndpoint(settings, authEndpoint, egress),
			egress,
			toMessage: (event) => pusherMessage(event, { eventIdField, reportMembers }),
			afterSubscribed,
			times,
		});
		const handlers = {
			message: (message: RealtimeMessage) => void this.messages.push(message),
			warn: (problem: string) => void this.warnings.push(problem),
			reconnected: (gap: Gap) => void this.gaps.push(gap),
			died: (failure: RealtimeFailure) => void this.deaths.push(failure),
			cursor: () => undefined,
		};
		// The waits of a real one, half as long: chance is out of the game.
		this.listener = new Listener(source, handlers, new Backoff(() => 1));
	}

	/** @throws {RealtimeFailure} where the first connection is refused for good */
	static async start(options: ListeningOptions): Promise<PusherListening> {
		const listening = new PusherListening(options);
		await listening.listener.start();
		return listening;
	}

	get payloads(): unknown[] {
		return this.messages.map(({ event }) => event.data.payload);
	}

	/** `<event> on <channel>` */
	get events(): string[] {
		return this.messages.map(({ event }) => `${event.data.event} on ${event.data.channel}`);
	}

	close(): void {
		this.listener.close();
	}
}
