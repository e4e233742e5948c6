import type { RawExecution, RawHead } from './store.mts';
import { storedItems, type StoredItems } from './storedItems.mts';

/** n8n shows no execution that is larger, unless it is told so. */
const MOST_DISPLAYED = 100 * 1024 * 1024;

/** Filters and options as the node's parameters have them. */
export interface Asked {
	readonly eventTypes?: string;
	readonly sources?: string;
	readonly subject?: string;
	readonly eventId?: string;
	readonly text?: string;
	readonly status?: readonly string[];
	readonly workflows?: readonly string[];
	readonly since?: string;
	readonly until?: string;
	readonly timeOf?: 'event' | 'execution';
	readonly includeN8nWebhook?: boolean;
	readonly includeReplays?: boolean;
	readonly includeTestRuns?: boolean;
	readonly order?: 'newest' | 'oldest';
}

/** What matters of an event that Get Many gives. */
export interface ReferenceEvent {
	readonly executionId: string;
	readonly id: string;
	readonly type: string;
	readonly source: string;
	readonly workflowId: string;
	readonly mode: string;
	readonly status: string;
	readonly startedAt: string | null;
	readonly stoppedAt: string | null;
	readonly failedNode: string | null;
	readonly error: string | null;
	readonly retriedBy: string | null;
	readonly replayOf: string | null;
}

export interface ReferenceAnswer {
	/** In order. */
	readonly events: readonly ReferenceEvent[];
	/** Counts by `<reason> <workflow>`. */
	readonly gaps: Readonly<Record<string, number>>;
}

/** An execution, and what of its data matters. */
export type KnownExecution = RawHead & { readonly stored: StoredItems | undefined };

export function toKnown({ data, workflowData, ...head }: RawExecution): KnownExecution {
	return { ...head, stored: storedItems({ ...head, data, workflowData }) };
}

type End = KnownExecution & { readonly retriedBy: string | null };

/** Answers from the raw database, in the plainest way, what Event History should answer. */
export class Reference {
	readonly #executions: readonly KnownExecution[];

	/** The newest retry of each execution that was retried. */
	readonly #retries = new Map<string, KnownExecution>();

	/** @param executions oldest first */
	constructor(executions: readonly KnownExecution[]) {
		this.#executions = executions.filter(({ deletedAt }) => deletedAt === null);
		for (const row of this.#executions) {
			if (row.retryOf !== null) this.#retries.set(row.retryOf, row);
		}
	}

	/** All that n8n shows, oldest first. */
	get executions(): readonly KnownExecution[] {
		return this.#executions;
	}

	answer(asked: Asked): ReferenceAnswer {
		const events: ReferenceEvent[] = [];
		const gaps: Record<string, number> = {};
		const seen: number[] = [];
		const isWhole = asked.workflows === undefined && isWide(asked.status);
		for (const row of this.#executions) {
			if (!isInTime(row, asked)) continue;
			seen.push(row.id);
			if (!isExecutionAsked(row, asked)) continue;
			const lost = lostBecause(row);
			const end = this.#endOf(row);
			const isStatus = isAny(asked.status) || asked.status?.includes(end.status) === true;
			if (!isStatus) continue;
			const found = eventsIn(row, asked).filter((event) => isEventAsked(event, asked));
			if (lost !== undefined) count(gaps, `${lost} ${row.workflowId}`);
			else if (row.status === 'running' && isAny(asked.status)) {
				if (found.length > 0) count(gaps, `running ${row.workflowId}`);
			} else events.push(...found.map((event) => toReference(row, end, event)));
		}
		const holes = isWhole ? (seen.at(-1) ?? 0) - (seen[0] ?? 1) + 1 - seen.length : 0;
		if (holes > 0) gaps['missing '] = holes;
		return { events: asked.order === 'oldest' ? events : events.reverse(), gaps };
	}

	/** The newest retry, or the execution itself. */
	#endOf(row: KnownExecution): End {
		const retry = this.#retries.get(String(row.id));
		if (retry === undefined) return { ...row, retriedBy: null };
		const end = this.#endOf(retry);
		return { ...end, retriedBy: end.retriedBy ?? String(retry.id) };
	}
}

function isWide(status: readonly string[] | undefined): boolean {
	return isAny(status) || status?.includes('success') === true;
}

function isAny(list: readonly string[] | undefined): boolean {
	return list === undefined || list.length === 0;
}

function isInTime({ startedAt }: KnownExecution, { since, until, timeOf }: Asked): boolean {
	// What waits for its turn has not started.
	if (startedAt === null) return until === undefined || timeOf === 'event';
	// An event arrives after it happened, but for clocks that are apart: up to an hour.
	if (timeOf === 'event') {
		return since === undefined || startedAt.getTime() >= Date.parse(since) - 3_600_000;
	}
	if (since !== undefined && startedAt < new Date(since)) return false;
	return until === undefined || startedAt <= new Date(until);
}

function isExecutionAsked(row: KnownExecution, asked: Asked): boolean {
	if (asked.workflows !== undefined && !asked.workflows.includes(row.workflowId)) return false;
	if (row.mode === 'retry') return false;
	if (row.mode === 'manual') return asked.includeTestRuns === true;
	return row.mode !== 'integrated' || asked.includeReplays === true;
}

function lostBecause(row: KnownExecution): string | undefined {
	if (row.stored === undefined) return 'unreadable';
	return row.jsonSizeBytes > MOST_DISPLAYED ? 'too_large' : undefined;
}

function eventsIn({ id, mode, stored, startedAt }: KnownExecution, asked: Asked) {
	const { items = [], triggerType } = stored ?? {};
	return items.flatMap((item): Array<Record<string, unknown>> => {
		if (/^1\.0(\.\d+)?$/.test(String(item.specversion))) {
			return mode === 'integrated' && item.replayof === undefined ? [] : [item];
		}
		if (triggerType !== 'n8n-nodes-base.webhook' || asked.includeN8nWebhook !== true) return [];
		const { headers, body, query, params, webhookUrl } = item as {
			headers: Record<string, string>;
			body: unknown;
			query: unknown;
			params: unknown;
			webhookUrl: string;
		};
		const data = { headers, body, query, params };
		return [
			{
				id: headers['x-request-id'] ?? String(id),
				type: 'n8n.webhook',
				source: new URL(webhookUrl).pathname,
				time: startedAt?.toISOString(),
				data,
			},
		];
	});
}

function isEventAsked(event: Record<string, unknown>, asked: Asked): boolean {
	const text = (value: unknown) => (typeof value === 'string' ? value : '');
	if (event.replayof !== undefined && asked.includeReplays !== true) return false;
	if (asked.eventId !== undefined && event.id !== asked.eventId) return false;
	if (!fitsOne(asked.eventTypes, text(event.type))) return false;
	if (!fitsOne(asked.sources, text(event.source))) return false;
	if (!fitsOne(asked.subject, text(event.subject))) return false;
	if (asked.text !== undefined && !leaves(event.data).includes(asked.text.toLowerCase()))
		return false;
	if (asked.timeOf !== 'event') return true;
	const time = new Date(text(event.time));
	if (asked.since !== undefined && time < new Date(asked.since)) return false;
	return asked.until === undefined || time <= new Date(asked.until);
}

function fitsOne(patterns: string | undefined, text: string): boolean {
	if (patterns === undefined) return true;
	return patterns.split(',').some((pattern) => {
		const parts = pattern.trim().split('*');
		const quoted = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
		return new RegExp(`^${quoted.join('.*')}$`, 's').test(text);
	});
}

/** All values, in lower case, one to a line. */
function leaves(json: unknown): string {
	if (typeof json !== 'object' || json === null) return String(json).toLowerCase();
	return Object.values(json).map(leaves).join('\n');
}

function toReference(
	row: KnownExecution,
	end: End,
	event: Record<string, unknown>,
): ReferenceEvent {
	const failed = end.status === 'success' ? undefined : end.stored;
	return {
		executionId: String(row.id),
		id: String(event.id),
		type: String(event.type),
		source: String(event.source),
		workflowId: row.workflowId,
		mode: row.mode,
		status: end.status,
		startedAt: row.startedAt?.toISOString() ?? null,
		stoppedAt: row.stoppedAt?.toISOString() ?? null,
		failedNode: failed?.failedNode ?? null,
		error: failed?.error ?? null,
		retriedBy: end.retriedBy,
		replayOf: event.replayof === undefined ? null : String(event.replayof),
	};
}

function count(counts: Record<string, number>, key: string): void {
	counts[key] = (counts[key] ?? 0) + 1;
}
