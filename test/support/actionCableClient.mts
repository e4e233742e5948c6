import { adapters, createConsumer, type Subscription } from '@rails/actioncable';

/** A message as the other side's handler got it. */
type Received = unknown;

/** What @rails/actioncable expects of a browser. */
Object.assign(globalThis, {
	addEventListener: () => undefined,
	removeEventListener: () => undefined,
	document: { visibilityState: 'visible' },
});

/** Rails' own JavaScript client, as it runs in browsers. */
export class ActionCableClient {
	readonly received: Received[] = [];

	private readonly consumer: ReturnType<typeof createConsumer>;
	private subscription: Subscription | undefined;
	private readonly waiting = new Set<() => void>();

	private constructor(url: string) {
		const origin = new URL(url).origin.replace(/^ws/, 'http');
		adapters.WebSocket = class extends WebSocket {
			constructor(target: string, protocols: string[]) {
				// Browsers send an Origin by themselves.
				super(target, { protocols, headers: { origin } } as never);
			}
		} as never;
		this.consumer = createConsumer(url);
	}

	/** Resolves when the server has confirmed the subscription. */
	static async subscribe(url: string, channel: object): Promise<ActionCableClient> {
		const client = new ActionCableClient(url);
		await new Promise<void>((resolve, reject) => {
			client.subscription = client.consumer.subscriptions.create(channel as { channel: string }, {
				connected: () => resolve(),
				rejected: () => reject(new Error('rejected')),
				received: (message: unknown) => {
					client.received.push(message);
					for (const check of [...client.waiting]) check();
				},
			});
		});
		return client;
	}

	/** Resolves when so many messages have come. */
	async until(count: number): Promise<void> {
		if (this.received.length >= count) return;
		await new Promise<void>((resolve) => {
			const check = () => {
				if (this.received.length < count) return;
				this.waiting.delete(check);
				resolve();
			};
			this.waiting.add(check);
		});
	}

	perform(action: string, data: object): void {
		this.subscription?.perform(action, data);
	}

	close(): void {
		this.consumer.disconnect();
	}
}
