import type { IDataObject, INodeExecutionData, IExecuteFunctions } from 'n8n-workflow';
import type { HistoryProgress } from '../../lib/history/filters';
import { readN8nAddress } from '../../lib/history/store/n8nApi';
import type { Gap, StoredEvent } from '../../lib/history/storedEvent';
import { durationOf } from '../../lib/history/summary';
import { EVENT_STORE_CREDENTIAL } from '../shared/n8nApi/n8nEventStore';

/** Gives the address at which n8n's editor shows an execution. */
type ExecutionLink = (workflowId: string, executionId: string) => string;

/**
 * The item of an event: `{event, executionId, workflowId, workflowName, trigger, mode, status,
 * startedAt, stoppedAt, durationMs, failedNode, error, retriedBy, replayOf, executionUrl}`. What
 * there is not is null. An event that came with files also has their names under `files`. Webhook
 * Notifier's Resend and Replay take it as it is.
 */
export function eventItem(
	stored: StoredEvent,
	link: ExecutionLink,
	itemIndex: number,
): INodeExecutionData {
	const json = eventFields(stored, link) as unknown as IDataObject;
	return { json, pairedItem: { item: itemIndex } };
}

/** The JSON of an event's item. */
export type EventFields = ReturnType<typeof eventFields>;

function eventFields(stored: StoredEvent, link: ExecutionLink) {
	const { event, executionId, workflowId, workflowName } = stored;
	return {
		event,
		executionId,
		workflowId,
		workflowName,
		trigger: stored.triggerName,
		mode: stored.mode,
		status: stored.status,
		startedAt: iso(stored.startedAt),
		stoppedAt: iso(stored.stoppedAt),
		durationMs: durationOf(stored) ?? null,
		failedNode: stored.failedNode ?? null,
		error: stored.error ?? null,
		retriedBy: stored.retriedBy ?? null,
		replayOf: event.replayof ?? null,
		executionUrl: link(workflowId, executionId),
		...(stored.files === undefined ? {} : { files: Object.keys(stored.files) }),
	};
}

/** An event in short: `{type, id, time, subject, status, link}`; what there is not is null. */
export function simplifiedItem(
	{ event, executionId, workflowId, status }: StoredEvent,
	link: ExecutionLink,
	itemIndex: number,
): INodeExecutionData {
	const json: IDataObject = {
		type: event.type,
		id: event.id,
		time: event.time,
		subject: event.subject ?? null,
		status,
		link: link(workflowId, executionId),
	};
	return { json, pairedItem: { item: itemIndex } };
}

/** The item of a gap: its fields as they are, times as ISO texts. */
export function gapItem(gap: Gap, itemIndex: number): INodeExecutionData {
	const { since, until, executionIds, evidence, ...rest } = gap;
	const json: IDataObject = {
		...rest,
		...(executionIds === undefined ? {} : { executionIds: [...executionIds] }),
		...(evidence === undefined ? {} : { evidence: [...evidence] }),
		...(since === undefined ? {} : { since: iso(since) }),
		...(until === undefined ? {} : { until: iso(until) }),
	};
	return { json, pairedItem: { item: itemIndex } };
}

function iso(date: Date | undefined): string | null {
	return date?.toISOString() ?? null;
}

/** So many items are packed together. V8 gives texts of 128 KiB and more fresh memory, which takes longer. */
const PACK = 50;

/**
 * Items that are collected one by one, while much else comes and goes in memory: they are kept as
 * text outside of V8's heap until all are there. Small objects that stay, spread among the garbage of
 * n8n's own reading, keep V8 from giving that memory back; it then lets its heap grow far more.
 *
 * The items must be JSON throughout.
 */
export class PackedItems {
	/** Packs, and between them items that are kept as they are. */
	private readonly parts: Array<Buffer | INodeExecutionData> = [];

	private loose: INodeExecutionData[] = [];

	/**
	 * @param isAmongItsLike nothing else came with it that goes again: it is kept as it is, which takes
	 * a third of the time
	 */
	push(item: INodeExecutionData, isAmongItsLike = false): void {
		if (isAmongItsLike) {
			this.pack();
			this.parts.push(item);
			return;
		}
		this.loose.push(item);
		if (this.loose.length >= PACK) this.pack();
	}

	/** All items in their order. Nothing is left here. */
	takeAll(): INodeExecutionData[] {
		const items: INodeExecutionData[] = [];
		for (const part of this.parts.splice(0)) {
			if (!Buffer.isBuffer(part)) items.push(part);
			else items.push(...(JSON.parse(part.toString()) as INodeExecutionData[]));
		}
		items.push(...this.loose.splice(0));
		return items;
	}

	private pack(): void {
		if (this.loose.length === 0) return;
		this.parts.push(Buffer.from(JSON.stringify(this.loose)));
		this.loose = [];
	}
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * Links to executions in n8n's editor. Below a loopback address lives this n8n itself, which users
 * reach at its own address.
 */
export async function executionLink(context: IExecuteFunctions): Promise<ExecutionLink> {
	const { baseUrl } = await context.getCredentials<{ baseUrl: string }>(EVENT_STORE_CREDENTIAL);
	const address = readN8nAddress(baseUrl);
	const isHere = address === undefined || LOOPBACK.test(new URL(address.origin).hostname);
	const base = isHere
		? context.getInstanceBaseUrl().replace(/\/+$/, '')
		: `${address.origin}${address.prefix.replace(/\/api\/v1$/, '')}`;
	return (workflowId, executionId) =>
		`${base}/workflow/${encodeURIComponent(workflowId)}/executions/${encodeURIComponent(executionId)}`;
}

/** Executions between two lines of progress. */
const STEP = 1_000;

/** Tells how far reading has come, and what came of it. */
interface ProgressReport {
	readonly onProgress: (progress: HistoryProgress) => void;
	/** Shown in the output of the node. */
	end(gaps: number): void;
}

/**
 * While it reads: a line in n8n's log (level debug), and in the browser's console where somebody
 * looks on. At the end: a line above the node's output.
 */
export function reportProgress(context: IExecuteFunctions): ProgressReport {
	let last: HistoryProgress = { executions: 0, events: 0 };
	let told = 0;
	return {
		onProgress: (progress) => {
			last = progress;
			if (progress.executions - told < STEP) return;
			told = progress.executions;
			const reached =
				progress.reached === undefined ? '' : `, back to ${progress.reached.toISOString()}`;
			const line = `Event History: ${lineOf(progress)}${reached}`;
			context.logger.debug(line);
			context.sendMessageToUI(line);
		},
		end: (gaps) => {
			const rest = gaps === 0 ? 'no gaps' : `${count(gaps, 'gap')}: see the Gaps output`;
			const message = `${lineOf(last)}, ${rest}`;
			context.addExecutionHints({
				message,
				type: gaps === 0 ? 'info' : 'warning',
				location: 'outputPane',
			});
		},
	};
}

function lineOf({ executions, events }: HistoryProgress): string {
	return `Read ${count(executions, 'execution')}, found ${count(events, 'event')}`;
}

function count(number: number, noun: string): string {
	return `${number.toLocaleString('en-US')} ${noun}${number === 1 ? '' : 's'}`;
}
