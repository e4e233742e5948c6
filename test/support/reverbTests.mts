import { afterEach, beforeEach } from 'vitest';
import type { RealtimeFailure } from '../../lib/net/failure.ts';
import { PusherListening, type ListeningOptions } from './pusherListening.mts';
import { Reverb } from './reverb.mts';

/** A stand-in for Reverb in each test of a file, with who listens to it. */
export class ReverbTests {
	/** What a test has to close; run after it. */
	readonly closers: Array<() => unknown> = [];

	private current: Reverb | undefined;

	constructor() {
		beforeEach(async () => void (this.current = await Reverb.start()));
		afterEach(async () => {
			for (const close of this.closers.splice(0)) await close();
			await this.current?.close();
		});
	}

	get reverb(): Reverb {
		if (this.current === undefined) throw new Error('The server is there within a test only');
		return this.current;
	}

	/** @throws {RealtimeFailure} where the first connection is refused for good */
	readonly listen = async (
		channels: string[],
		more: Partial<ListeningOptions> = {},
	): Promise<PusherListening> => {
		const options = { credential: this.reverb.credential, channels, ...more };
		const listening = await PusherListening.start(options);
		this.closers.push(() => listening.close());
		return listening;
	};

	/** Why the first connection is refused. */
	readonly refusal = async (
		channels: string[],
		more: Partial<ListeningOptions> = {},
	): Promise<RealtimeFailure> =>
		await this.listen(channels, more).then(
			() => Promise.reject(new Error('it was not refused')),
			(error: unknown) => error as RealtimeFailure,
		);

	/** What clients sent to subscribe. */
	readonly subscriptions = () =>
		this.reverb.commands
			.filter(({ event }) => event === 'pusher:subscribe')
			.map(({ data }) => data);
}
