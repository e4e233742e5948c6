import { setImmediate } from 'node:timers/promises';
import type { PusherApi, SignedCall } from './api';
import { isPresence } from './channel';
import { PusherError, type PusherErrorKind } from './failure';
import { requestHeadBytes, tooLarge, type ApiEvent } from './publishedMessage';
import { type ServerLimits, MOST_CHANNELS } from './settings';

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
	const parts = messages.map((events, index) => partsOf(index, events));
	const lanes = lanesOf(parts, ({ event }) => event.channels, concurrency);
	await Promise.all(lanes.map(async (lane) => await publishing.run(lane)));
	return publishing.outcomes();
}

/**
 * Checks that no request of a message would be too large, before any message is sent.
 *
 * @throws {PusherError} of kind `tooLarge`
 */
export function assertRequestSizes(events: readonly ApiEvent[], limits: ServerLimits): void {
	if (limits.requestBytes === undefined) return;
	for (const part of partsOf(0, events)) {
		const { event, entries } = toUnit(part, limits);
		// What goes into a batch fits into a request.
		if (entries === undefined) assertRequestSize(event, eventBody(event), limits);
	}
}

function assertRequestSize({ name }: ApiEvent, body: string, { requestBytes }: ServerLimits): void {
	const bytes = Buffer.byteLength(body) + requestHeadBytes;
	if (requestBytes === undefined || bytes <= requestBytes) return;
	throw tooLarge(
		`The request with the event '${name}' has about ${bytes} bytes, but the server accepts ${requestBytes}`,
	);
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

	/** Sends what belongs to one lane, in order; each batch is made while the one before is on its way. */
	async run(lane: readonly Part[]): Promise<void> {
		let sending: Promise<void> | undefined;
		for (const batch of batchesOf(lane, this.limits)) {
			const isFollowed = batch.at(-1)?.event !== lane.at(-1)?.event;
			const call = batch.length > 1 && this.batches ? this.batchCall(batch, isFollowed) : undefined;
			await sending;
			sending = this.send(batch, isFollowed, call);
			// Over a new connection it leaves in the next turn only: what is made now would hold it up.
			await setImmediate();
		}
		await sending;
	}

	/**
	 * Where the server turns down a batch as a whole, its halves show which events it meant.
	 *
	 * @param isFollowed whether another request of the lane comes right after it
	 * @param call of the whole batch, where it was made before its turn came
	 */
	private async send(batch: readonly Unit[], isFollowed = false, call?: SignedCall): Promise<void> {
		if (batch.length === 0) return;
		if (this.over !== undefined) return this.fail(batch, this.over);
		const [first] = batch;
		try {
			if (batch.length === 1 && first !== undefined) await this.sendAlone(first, isFollowed);
			else if (this.batches) await this.sendBatch(batch, call ?? this.batchCall(batch, isFollowed));
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

	private async sendAlone({ index, event }: Unit, isFollowed: boolean): Promise<void> {
		const { channels } = event;
		const body = eventBody(event);
		assertRequestSize(event, body, this.limits);
		const what = `take the event '${event.name}'`;
		const { counts: gathers } = event;
		const call = { method: 'POST', path: '/events', body, what, gathers, isFollowed } as const;
		const answer = await this.api.call(call);
		const told = (answer.channels ?? {}) as Record<string, unknown>;
		for (const channel of channels) {
			if (Object.hasOwn(told, channel)) this.count(index, event, channel, told[channel]);
		}
	}

	private batchCall(batch: readonly Unit[], isFollowed: boolean): SignedCall {
		const entries = batch.flatMap(({ entries: own = [] }) => own);
		return this.api.signAhead({
			method: 'POST',
			path: '/batch_events',
			body: `{"batch":[${entries.join(',')}]}`,
			what: `take a batch of ${entries.length} events`,
			gathers: batch.some(({ event: { counts } }) => counts),
			isFollowed,
		});
	}

	private async sendBatch(batch: readonly Unit[], call: SignedCall): Promise<void> {
		const answer = await this.api.call(call);
		if (call.gathers !== true) return;
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
}

/**
 * Divides messages into lanes that may run at the same time: messages that share a key, directly or
 * through others, are in the same lane and stay in order.
 *
 * @param messages each as its parts
 * @param keysOf the channels of a part
 * @param most lanes at most
 */
export function lanesOf<T>(
	messages: ReadonlyArray<readonly T[]>,
	keysOf: (part: T) => readonly string[],
	most: number,
): T[][] {
	const groups = new Groups();
	const firstKeys = messages.map((parts) => {
		const [first] = parts;
		const keys = parts.length === 1 && first !== undefined ? keysOf(first) : parts.flatMap(keysOf);
		groups.join(keys);
		return keys[0] ?? '';
	});
	const lanes: T[][] = Array.from({ length: most }, () => []);
	const laneOf = new Map<string, T[]>();
	const sizes = new Map<string, number>();
	const groupOf = (message: number) => groups.of(firstKeys[message] ?? '');
	for (const [message, parts] of messages.entries()) {
		const group = groupOf(message);
		sizes.set(group, (sizes.get(group) ?? 0) + parts.length);
	}
	// The largest first, each into what is the emptiest lane so far.
	const loads = lanes.map((lane) => ({ lane, load: 0 }));
	for (const [group, size] of [...sizes].sort(([, a], [, b]) => b - a)) {
		const emptiest = loads.reduce((least, each) => (each.load < least.load ? each : least));
		emptiest.load += size;
		laneOf.set(group, emptiest.lane);
	}
	for (const [message, parts] of messages.entries()) {
		laneOf.get(groupOf(message))?.push(...parts);
	}
	return lanes.filter((lane) => lane.length > 0);
}

/** Sets that grow together: union-find with path halving. */
class Groups {
	private readonly parents = new Map<string, string>();

	join(keys: readonly string[]): void {
		const [first, ...rest] = keys;
		if (first === undefined) return;
		const root = this.of(first);
		for (const key of rest) this.parents.set(this.of(key), root);
	}

	of(key: string): string {
		let at = key;
		for (;;) {
			const parent = this.parents.get(at);
			if (parent === undefined) {
				this.parents.set(at, at);
				return at;
			}
			if (parent === at) return at;
			const grandparent = this.parents.get(parent) ?? parent;
			this.parents.set(at, grandparent);
			at = grandparent;
		}
	}
}

/** A part of a message that goes out in one piece. */
interface Part {
	/** Which message it is of. */
	readonly index: number;
	readonly event: ApiEvent;
}

/** The same as it goes out. */
interface Unit extends Part {
	/** Bodies of its entries in a batch, one a channel; undefined where it goes alone. */
	readonly entries: readonly string[] | undefined;
	/** Bytes of the entries with their commas. */
	readonly bytes: number;
}

/** An event to more channels than this is smaller as one event than as entries of a batch. */
const MOST_BATCHED_CHANNELS = 3;

/** `{"batch":[]}` */
const BATCH_FRAME_BYTES = 12;

/** What goes out together, as far as that is in the order of the lane. */
function* batchesOf(lane: readonly Part[], limits: ServerLimits): Generator<Unit[]> {
	let batch: Unit[] = [];
	let size = 0;
	let bytes = BATCH_FRAME_BYTES;
	for (const part of lane) {
		const unit = toUnit(part, limits);
		const { entries } = unit;
		size += entries?.length ?? 0;
		bytes += unit.bytes;
		const isFull = size > limits.batchEvents || bytes > limits.batchBytes;
		if (batch.length > 0 && (entries === undefined || isFull)) {
			yield batch;
			batch = [];
			size = entries?.length ?? 0;
			bytes = BATCH_FRAME_BYTES + unit.bytes;
		}
		if (entries === undefined) yield [unit];
		else batch.push(unit);
	}
	if (batch.length > 0) yield batch;
}

function toUnit(part: Part, { batchEvents, batchBytes }: ServerLimits): Unit {
	const { index, event } = part;
	const { channels } = event;
	const alone = { index, event, entries: undefined, bytes: 0 };
	if (channels.length > Math.min(MOST_BATCHED_CHANNELS, batchEvents) || batchEvents === 1) {
		return alone;
	}
	const entries = channels.map((channel) => entryBody(event, channel));
	const bytes = entries.reduce((sum, entry) => sum + Buffer.byteLength(entry) + 1, 0);
	return bytes + BATCH_FRAME_BYTES <= batchBytes ? { index, event, entries, bytes } : alone;
}

/** What one message's events go out as. */
function partsOf(index: number, events: readonly ApiEvent[]): Part[] {
	const isSplit = events.some(({ channels }) => channels.length > MOST_CHANNELS);
	return (isSplit ? events.flatMap(splitChannels) : events).map((event) => ({ index, event }));
}

function splitChannels(event: ApiEvent): ApiEvent[] {
	const { channels } = event;
	if (channels.length <= MOST_CHANNELS) return [event];
	const parts: ApiEvent[] = [];
	for (let from = 0; from < channels.length; from += MOST_CHANNELS) {
		parts.push({ ...event, channels: channels.slice(from, from + MOST_CHANNELS) });
	}
	return parts;
}

/** The body of a request to `/events`. */
function eventBody(event: ApiEvent): string {
	const { name, data, channels } = event;
	return jsonOf({ name, data, channels }, event);
}

function entryBody(event: ApiEvent, channel: string): string {
	const { name, data } = event;
	return jsonOf({ name, data, channel }, event);
}

function jsonOf(body: Record<string, unknown>, { socketId, counts }: ApiEvent): string {
	if (socketId !== '') body.socket_id = socketId;
	if (counts) body.info = 'subscription_count';
	return JSON.stringify(body);
}
