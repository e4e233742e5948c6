import type { PusherApi } from './api';
import { isPresence } from './channel';
import { PusherError, type PusherErrorKind } from './error';
import { requestHeadBytes } from './headBytes';
import { lanesOf } from './lanes';
import { tooLarge, type ApiEvent } from './message';
import type { ServerLimits } from './servers';
import { BATCH_FRAME_BYTES, eventBody, unitsOf, type Unit } from './units';

/** What became of a message: subscriptions by channel where the server tells, or why it failed. */
export type PublishOutcome = Readonly<Record<string, number>> | PusherError;

/** Where one request failed so, the next one would too: the rest is not tried. */
const FAILS_ALL: ReadonlySet<PusherErrorKind> = new Set([
	'cancelled',
	'notFound',
	'notPusher',
	'tooMany',
	'unanswered',
	'unauthorised',
	'unreachable',
]);

/**
 * Publishes messages, many in one request where the server takes that. Events that share a channel
 * leave one after the other, in the order of the messages; others at the same time.
 *
 * @param messages each as the events that it consists of
 * @param concurrency requests at the same time at most
 * @returns one outcome for each message
 */
export async function publishAll(
	api: PusherApi,
	messages: ReadonlyArray<readonly ApiEvent[]>,
	limits: ServerLimits,
	concurrency: number,
): Promise<PublishOutcome[]> {
	const publishing = new Publishing(api, limits, messages.length);
	const units = messages.map((events, index) => unitsOf(index, events, limits));
	const lanes = lanesOf(units, ({ event }) => event.channels, concurrency);
	await Promise.all(lanes.map(async (lane) => await publishing.run(lane)));
	return publishing.outcomes();
}

class Publishing {
	private readonly counts: Array<Record<string, number>>;

	private readonly errors: Array<PusherError | undefined>;

	/** Set when going on makes no sense. */
	private over: PusherError | undefined;

	/** Turned off by a server that has no such endpoint. */
	private batches = true;

	constructor(
		private readonly api: PusherApi,
		private readonly limits: ServerLimits,
		size: number,
	) {
		this.counts = Array.from({ length: size }, () => ({}));
		this.errors = Array.from({ length: size }, () => undefined);
	}

	outcomes(): PublishOutcome[] {
		return this.counts.map((counts, index) => this.errors[index] ?? counts);
	}

	/** Sends what belongs to one lane, in order. */
	async run(lane: readonly Unit[]): Promise<void> {
		let batch: Unit[] = [];
		const flush = async () => {
			const ready = batch;
			batch = [];
			await this.send(ready);
		};
		for (const next of lane) {
			if (next.entries === undefined || !this.fits([...batch, next])) await flush();
			batch.push(next);
			if (next.entries === undefined) await flush();
		}
		await flush();
	}

	private fits(batch: readonly Unit[]): boolean {
		const { batchEvents, batchBytes } = this.limits;
		const entries = batch.reduce((sum, { entries: own }) => sum + (own?.length ?? 1), 0);
		const bytes = batch.reduce((sum, each) => sum + each.bytes, BATCH_FRAME_BYTES);
		return entries <= batchEvents && bytes <= batchBytes;
	}

	/** Where the server turns down a batch as a whole, its halves show which events it meant. */
	private async send(batch: readonly Unit[]): Promise<void> {
		if (batch.length === 0) return;
		if (this.over !== undefined) return this.fail(batch, this.over);
		const [first] = batch;
		try {
			if (batch.length === 1 && first !== undefined) await this.sendAlone(first);
			else if (this.batches) await this.sendBatch(batch);
			else for (const each of batch) await this.send([each]);
		} catch (error) {
			await this.failed(batch, error as PusherError);
		}
	}

	private async failed(batch: readonly Unit[], error: PusherError): Promise<void> {
		if (batch.length > 1 && error.kind === 'notFound') {
			this.batches = false;
			return await this.send(batch);
		}
		if (batch.length > 1 && (error.kind === 'refused' || error.kind === 'tooLarge')) {
			const middle = Math.ceil(batch.length / 2);
			await this.send(batch.slice(0, middle));
			return await this.send(batch.slice(middle));
		}
		if (FAILS_ALL.has(error.kind)) this.over = error;
		this.fail(batch, error);
	}

	private fail(batch: readonly Unit[], error: PusherError): void {
		for (const { index } of batch) this.errors[index] ??= error;
	}

	private async sendAlone({ index, event }: Unit): Promise<void> {
		const { channels } = event;
		const body = eventBody(event);
		this.assertRequestSize(event, body);
		const what = `take the event '${event.name}'`;
		const { counts: gathers } = event;
		const answer = await this.api.call({ method: 'POST', path: '/events', body, what, gathers });
		const told = (answer.channels ?? {}) as Record<string, unknown>;
		for (const channel of channels) {
			if (Object.hasOwn(told, channel)) this.count(index, event, channel, told[channel]);
		}
	}

	private async sendBatch(batch: readonly Unit[]): Promise<void> {
		const entries = batch.flatMap(({ entries: own = [] }) => own);
		const body = `{"batch":[${entries.join(',')}]}`;
		const what = `take a batch of ${entries.length} events`;
		const path = '/batch_events';
		const gathers = batch.some(({ event: { counts } }) => counts);
		const answer = await this.api.call({ method: 'POST', path, body, what, gathers });
		// Reverb tells an empty object in place of a list where nothing was asked.
		const told: unknown[] = Array.isArray(answer.batch) ? answer.batch : [];
		const sent = batch.flatMap(({ index, event }) =>
			event.channels.map((channel) => ({ index, event, channel })),
		);
		for (const [position, { index, event, channel }] of sent.entries()) {
			this.count(index, event, channel, told[position]);
		}
	}

	/** Of a channel that nobody is in, Reverb tells `{}`; of a presence channel it tells it always. */
	private count(index: number, event: ApiEvent, channel: string, info: unknown): void {
		const counts = this.counts[index];
		if (!event.counts || counts === undefined || typeof info !== 'object' || info === null) return;
		const count: unknown = Reflect.get(info, 'subscription_count');
		if (typeof count === 'number') counts[channel] = count;
		else if (this.limits.emptyIsNobody && !isPresence(channel)) counts[channel] = 0;
	}

	private assertRequestSize({ name }: ApiEvent, body: string): void {
		const { requestBytes } = this.limits;
		const bytes = Buffer.byteLength(body) + requestHeadBytes;
		if (requestBytes === undefined || bytes <= requestBytes) return;
		throw tooLarge(
			`The request with the event '${name}' has about ${bytes} bytes, and the server takes ${requestBytes}`,
		);
	}
}
