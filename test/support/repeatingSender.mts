import { setTimeout as sleep } from 'node:timers/promises';
import { receivedMessage, sign } from './inboxHub.mts';

/** More are not begun while so many are not acknowledged: what is counted is crashes, not overload. */
const MOST_OPEN = 40;

/** Senders give up on an answer after 4 to 30 seconds. */
const ANSWER_LIMIT_MS = 10_000;

export interface SenderOptions {
	/** Each delivery goes to one of them. */
	readonly urls: readonly string[];
	readonly eventsPerSecond: number;
	/** What ids begin with. @default `CRASH` */
	readonly prefix?: string;
	/** What was acknowledged and comes again comes within this time. @default 20,000 */
	readonly repeatWithinMs?: number;
	/** Numbers from 0 to 1. */
	readonly random: () => number;
}

/**
 * Sends signed messages as real senders do: what was not answered 2xx comes again seconds later,
 * for as long as it takes; and some of what was answered comes again too, as where an answer is lost.
 */
export class RepeatingSender {
	/** Ids of the events that the trigger has answered for, with 2xx. */
	readonly acknowledged = new Set<string>();
	/** Ids of all events that were ever sent. */
	readonly sent: string[] = [];
	deliveries = 0;
	/** Answers 200 of n8n itself, which says so to everything while it starts: nothing is known then. */
	answersWhileStarting = 0;
	readonly #options: SenderOptions;
	readonly #pending = new Set<Promise<void>>();
	#stopped = false;
	#hasGivenUp = false;
	readonly #making: Promise<void>;

	constructor(options: SenderOptions) {
		this.#options = options;
		this.#making = this.#makeEvents();
	}

	/** Ends the making of events, and waits until all have been acknowledged. */
	async finish(): Promise<void> {
		this.#stopped = true;
		await this.#making;
		await Promise.all(this.#pending);
	}

	/** Ends it where nobody may ever answer again: what is not acknowledged is not sent any more. */
	giveUp(): void {
		this.#stopped = true;
		this.#hasGivenUp = true;
	}

	async #makeEvents(): Promise<void> {
		const { eventsPerSecond, random, prefix = 'CRASH' } = this.#options;
		while (!this.#stopped) {
			await sleep((2 * random() * 1_000) / eventsPerSecond);
			if (this.sent.length - this.acknowledged.size >= MOST_OPEN) continue;
			const id = `${prefix}-${this.sent.length + 1}`;
			this.sent.push(id);
			const delivering = this.#untilAcknowledged(id);
			this.#pending.add(delivering);
			void delivering.finally(() => this.#pending.delete(delivering));
		}
	}

	async #untilAcknowledged(id: string): Promise<void> {
		const { random, repeatWithinMs = 20_000 } = this.#options;
		const body = JSON.stringify(receivedMessage({ whatsappMessageId: id }));
		while (!(await this.#deliver(body))) {
			if (this.#hasGivenUp) return;
			await sleep(1_000 + 3_000 * random());
		}
		this.acknowledged.add(id);
		for (const chance of [0.3, 0.1]) {
			if (random() >= chance) continue;
			await sleep(500 + repeatWithinMs * random());
			await this.#deliver(body);
		}
	}

	/** @returns whether the trigger has answered 2xx */
	async #deliver(body: string): Promise<boolean> {
		this.deliveries += 1;
		const { urls, random } = this.#options;
		const url = urls[Math.floor(random() * urls.length)] ?? '';
		try {
			const response = await fetch(url, {
				method: 'POST',
				headers: { 'content-type': 'application/json', 'x-webhook-signature': sign(body) },
				body,
				signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
			});
			const answer = await response.text();
			if (!response.ok) return false;
			if (/"(received|duplicate)":true/.test(answer)) return true;
			this.answersWhileStarting += 1;
			return false;
		} catch {
			return false; // nobody is there, or it was killed while it answered
		}
	}
}
