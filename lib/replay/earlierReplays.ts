import { isObject, fieldOf, listOf, textOf } from '../event/json';
import { eventsIn } from '../history/executionEvents';
import type { ReadOptions } from '../history/filters';
import type { N8nApi } from '../history/store/n8nApi';
import {
	readHead,
	type ExecutionHead,
	everyExecution,
	type ExecutionQuery,
	unlessInterrupted,
} from '../history/store/executions';
import { DataPages, PageSize } from '../history/store/pages';
import type { StoredStatus } from '../history/storedEvent';
import { type KnownReplays, type ReplayMemory, readSettledEnd } from './replayMemory';
import { eventKey, type EarlierReplays } from './replayTarget';

const OPEN: ReadonlySet<StoredStatus> = new Set<StoredStatus>(['new', 'running', 'waiting']);

/** Bytes of one page of executions. */
const PAGE_BYTES = 4 * 1024 * 1024;

/**
 * Finds which events were replayed through a workflow: executions that another workflow started
 * (mode `integrated`) with an envelope that has `replayof`. One that failed, and that n8n retried
 * with success, succeeded.
 *
 * A first pass without data, which is cheap, tells where such executions are; data are read of
 * those only that are not known yet.
 *
 * @param since start of the oldest execution that matters
 * @param memory what earlier looks have found, and this one adds; by `key`
 * @throws {N8nApiError}
 */
export async function readEarlierReplays(
	api: N8nApi,
	workflowId: string,
	since: Date | undefined,
	options: Pick<ReadOptions, 'signal' | 'upSince'>,
	memory: ReplayMemory,
	key: string,
): Promise<EarlierReplays> {
	const sinceMs = since?.getTime() ?? Number.NEGATIVE_INFINITY;
	// Before all else: what has come up to here has ended, or is found open.
	const { executionId: end } = await readSettledEnd(
		api,
		{ workflowId },
		new Date(),
		options.signal,
	);
	// Where there are fewer executions than before, they may be others.
	const known = memory.of(key).upTo > end ? memory.renew(key) : memory.of(key);
	const { since: from, upTo } = known.reachSince(sinceMs) ?? { since: sinceMs, upTo: 0 };
	const time = Number.isFinite(from) ? { startedAfter: new Date(from) } : {};
	const reading = new Reading(api, known, options);
	// What has not ended has to be asked for first: it may have ended when the others are read.
	await reading.read({ workflowId, status: 'new' });
	await reading.read({ workflowId, status: 'running', ...time });
	await reading.read({ workflowId, ...time }, upTo);
	known.reached({ since: from, upTo: Math.min(end, reading.oldestOpen - 1) });
	memory.trim();
	return { succeeded: known.succeededSince(sinceMs), open: reading.open };
}

/** One look at the executions of a workflow that are replays, or may be. */
class Reading {
	/** Replays that have not ended: of which events, and the execution. */
	readonly open = new Map<string, string>();

	/** Of the executions that have not ended. */
	oldestOpen = Number.POSITIVE_INFINITY;

	/** Executions that n8n retried with success. */
	private readonly healed = new Set<number>();

	private readonly size = new PageSize(PAGE_BYTES);

	constructor(
		private readonly api: N8nApi,
		private readonly known: KnownReplays,
		private readonly options: Pick<ReadOptions, 'signal' | 'upSince'>,
	) {}

	/** @param above only executions with a greater id */
	async read(query: ExecutionQuery, above = 0): Promise<void> {
		const data = new DataPages(this.api, query, this.options.signal);
		for (const stretch of await this.find(query, above)) {
			for await (const json of readStretch(data, stretch, this.size)) {
				this.note(json);
			}
		}
	}

	/** A pass without data: where there is something to be read. */
	private async find(query: ExecutionQuery, above: number): Promise<readonly Stretch[]> {
		const { signal } = this.options;
		const stretches = new Stretches();
		for await (const { id, json } of everyExecution(this.api, query, { signal })) {
			if (id <= above) break;
			const head = readHead(json);
			stretches.add(id, head !== undefined && this.isToBeRead(id, head));
		}
		for (const id of this.healed) {
			if (id <= above && this.isHealedUnread(id)) stretches.add(id, true);
		}
		return stretches.all;
	}

	private isToBeRead(id: number, head: ExecutionHead): boolean {
		const { status } = unlessInterrupted(head, this.options.upSince);
		if (head.mode === 'retry') {
			if (head.status === 'success') this.healed.add(Number(head.retryOf));
			else if (OPEN.has(head.status)) this.hold(id);
			return false;
		}
		if (head.mode !== 'integrated') return false;
		const { keys } = this.known.get(id) ?? {};
		const startedAt = head.startedAt?.getTime() ?? Date.now();
		if (this.hasSucceeded(head)) {
			if (keys !== undefined) this.known.note(id, { keys, startedAt, hasSucceeded: true });
			return keys === undefined;
		}
		if (OPEN.has(status)) this.hold(id, keys);
		else this.known.note(id, { keys, startedAt, hasSucceeded: false });
		// Only its data tell whether one that seems to be interrupted has gone on.
		return OPEN.has(head.status) && (keys === undefined || !OPEN.has(status));
	}

	/** One that was looked at before, and had failed then. */
	private isHealedUnread(id: number): boolean {
		const before = this.known.get(id);
		if (before === undefined || before.hasSucceeded) return false;
		if (before.keys !== undefined) this.known.note(id, { ...before, hasSucceeded: true });
		return before.keys === undefined;
	}

	private note(json: unknown): void {
		const head = readHead(json);
		if (head?.mode !== 'integrated' || !isObject(json)) return;
		const id = Number(head.id);
		const events = eventsIn(head, json, { includeN8nWebhook: true });
		const replayed = Array.isArray(events) ? events.map(({ event }) => event) : [];
		const keys = replayed.filter(({ replayof }) => replayof !== undefined).map(eventKey);
		const startedAt = head.startedAt?.getTime() ?? Date.now();
		this.known.note(id, { keys, startedAt, hasSucceeded: this.hasSucceeded(head) });
		if (OPEN.has(unlessInterrupted(head, this.options.upSince).status)) this.hold(id, keys);
	}

	private hasSucceeded({ id, status, retrySuccessId }: ExecutionHead): boolean {
		return status === 'success' || retrySuccessId !== undefined || this.healed.has(Number(id));
	}

	/** What has not ended is looked at again by the next run. */
	private hold(id: number, keys: readonly string[] = []): void {
		this.oldestOpen = Math.min(this.oldestOpen, id);
		for (const key of keys) {
			const before = Number(this.open.get(key) ?? 0);
			if (id > before) this.open.set(key, String(id));
		}
	}
}

/** Characters of one page of executions. */
const PAGE_CHARACTERS = 4 * 1024 * 1024;

/** Which node gave out replayed events, and how its items look. */
interface ReplayingNode {
	readonly workflowId: string;
	readonly nodeName: string;
	/**
	 * `events`: the items are the events. An execution that failed has not replayed them.
	 * Otherwise the items are reports, and those on deliveries to this address count.
	 */
	readonly items: 'events' | { readonly url: string };
}

/**
 * Finds which events a node gave out, or delivered, in earlier executions of its workflow: there no
 * other execution shows it.
 *
 * @param since start of the oldest execution that matters
 * @throws {N8nApiError}
 */
export async function readEarlierOutputs(
	api: N8nApi,
	{ workflowId, nodeName, items }: ReplayingNode,
	since: Date | undefined,
	signal: AbortSignal | undefined,
): Promise<EarlierReplays> {
	const succeeded = new Map<string, string>();
	const query: ExecutionQuery = {
		workflowId,
		...(items === 'events' ? { status: 'success' } : {}),
		...(since && { startedAfter: since }),
	};
	const size = new PageSize(PAGE_CHARACTERS);
	const data = new DataPages(api, query, signal);
	let below: number | undefined;
	for (;;) {
		const { limit } = size;
		const page = await data.list({ below, limit });
		for (const { id, json } of page.rows) {
			for (const item of outputItems(json, nodeName)) {
				const event = items === 'events' ? item : deliveredEvent(item, items.url);
				const source = textOf(fieldOf(event, 'source'));
				const eventId = textOf(fieldOf(event, 'id'));
				const isReplayed = items !== 'events' || textOf(fieldOf(event, 'replayof')) !== undefined;
				if (source === undefined || eventId === undefined || !isReplayed) continue;
				const key = eventKey({ source, id: eventId });
				if (!succeeded.has(key)) succeeded.set(key, String(id));
			}
		}
		size.learn(page.rows.length, page.bytes);
		below = page.rows.at(-1)?.id;
		if (page.rows.length < limit || below === undefined) return { succeeded, open: new Map() };
	}
}

function deliveredEvent(item: unknown, url: string): unknown {
	const isDelivered = fieldOf(item, 'outcome') === 'replayed' && fieldOf(item, 'url') === url;
	return isDelivered ? fieldOf(item, 'event') : undefined;
}

/** JSON of the items of a node's first output, of all its runs. */
function outputItems(execution: unknown, nodeName: string): unknown[] {
	const runs = listOf(fieldOf(execution, 'data', 'resultData', 'runData', nodeName));
	return runs.flatMap((run) => {
		const [first] = listOf(fieldOf(run, 'data', 'main'));
		return listOf(first)
			.filter(isObject)
			.map(({ json }) => json);
	});
}

/**
 * Reading on over so many executions that are no replays is cheaper than another request: n8n takes
 * about 15 ms for a request and 0.5 ms for an execution of a few KB.
 */
const WIDEST_HOLE = 16;

/** A stretch of the list of executions in which there are some that are wanted. */
interface Stretch {
	/** Newest id in it. */
	readonly top: number;
	count: number;
}

/** Puts executions that are wanted, in the order of the list, into stretches. */
class Stretches {
	readonly all: Stretch[] = [];

	private hole = Number.POSITIVE_INFINITY;

	/** The next one in the list. */
	add(id: number, isWanted: boolean): void {
		if (!isWanted) {
			this.hole += 1;
			return;
		}
		const last = this.all.at(-1);
		if (last === undefined || this.hole > WIDEST_HOLE) this.all.push({ top: id, count: 1 });
		else last.count += this.hole + 1;
		this.hole = 0;
	}
}

/**
 * Executions of a stretch, with their data, where n8n can read them.
 *
 * @throws {N8nApiError}
 */
async function* readStretch(
	data: DataPages,
	{ top, count }: Stretch,
	size: PageSize,
): AsyncGenerator<unknown, void, undefined> {
	let below = top + 1;
	for (let left = count; left > 0; ) {
		const limit = Math.min(left, size.limit);
		const page = await data.list({ below, limit });
		for (const { json } of page.rows) yield json;
		size.learn(page.rows.length, page.bytes);
		const last = page.rows.at(-1)?.id;
		if (last === undefined) return;
		below = last;
		left -= page.rows.length;
	}
}
