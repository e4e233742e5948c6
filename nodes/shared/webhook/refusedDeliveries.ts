import { randomUUID } from 'node:crypto';
import type {
	IDataObject,
	INodeExecutionData,
	ITriggerFunctions,
	ITriggerResponse,
	IWebhookFunctions,
} from 'n8n-workflow';
import { createEnvelope } from '../../../lib/event/envelope';
import { fitsType, readPatterns } from '../../../lib/event/pattern';
import {
	REFUSED_TYPE,
	RefusalReports,
	refusalWords,
	refusedKey,
	summaryOf,
	type Refusal,
	type RefusalSummary,
} from '../../../lib/receive/refusals';
import { refusedOverCluster, type RefusedOverCluster } from './refusedOverCluster';
import type { TurnedAway } from './turnedAway';

/** n8n's log tells of refusals at most once in this time. */
const LOG_EVERY_MS = 60_000;

/** What an expression in 'Events' gave counts for this time: a forgery must not cost an isolate. */
const READ_EVERY_MS = 60_000;

/** What one trigger node turned away, in this process, and not yet handed over to the others. */
interface NodeRefusals {
	readonly log: RefusalReports;
	readonly events: RefusalReports;
	/** First part of the events' source. */
	provider: string;
	intervalMs: number;
	selected: { readonly is: boolean; readonly at: number } | undefined;
	/** While `trigger()` runs in this process: starts an execution by itself. */
	emit: ((items: INodeExecutionData[]) => void) | undefined;
	timer: NodeJS.Timeout | undefined;
	/** In queue mode: one process tells what all have refused. */
	readonly cluster: RefusedOverCluster | undefined;
}

const byNode = new Map<string, NodeRefusals>();

function refusalsOf(context: ITriggerFunctions | IWebhookFunctions): NodeRefusals {
	const scope = `${context.getWorkflow().id}:${context.getNode().id}`;
	let found = byNode.get(scope);
	if (found === undefined) {
		found = {
			log: new RefusalReports(),
			events: new RefusalReports(),
			provider: '',
			intervalMs: 0,
			selected: undefined,
			emit: undefined,
			timer: undefined,
			cluster: refusedOverCluster(context),
		};
		byNode.set(scope, found);
	}
	return found;
}

/** A delivery that came to the published workflow, and started nothing. */
export interface PassedOver {
	readonly provider: string;
	/** Undefined for a duplicate and what is not selected. */
	readonly refused: TurnedAway | undefined;
	readonly kind: 'duplicate' | 'ignored' | 'refused';
	readonly address: string;
	readonly intervalMs: number;
}

/**
 * Counts a delivery that started nothing, for n8n's log and for the event that the user may have
 * selected.
 *
 * @returns the item of the event that is due now
 */
export function notePassedOver(
	context: IWebhookFunctions,
	{ provider, refused, kind, address, intervalMs }: PassedOver,
): INodeExecutionData | undefined {
	const node = refusalsOf(context);
	Object.assign(node, { provider, intervalMs });
	const isSelected = selectsRefused(context, node);
	if (kind !== 'refused') {
		node.log.passedOver(kind);
		if (isSelected) {
			node.events.passedOver(kind);
			node.cluster?.handOver(context, node.events, node);
		}
		return undefined;
	}
	if (refused === undefined) return undefined;
	const { reason, whatToDo } = refused;
	const refusal: Refusal = { reason, whatToDo, address, at: new Date() };
	if (refused.isLogged !== true) {
		node.log.refused(refusal);
		tellInLog(context, node.log.take(LOG_EVERY_MS));
	}
	if (!isSelected) return undefined;
	node.events.refused(refusal);
	if (node.cluster?.handOver(context, node.events, node) === true) return undefined;
	const summary = node.events.take(intervalMs);
	if (summary !== undefined) return refusedItem(provider, summary);
	tellLater(node);
	return undefined;
}

/**
 * The body of `trigger()` of every webhook trigger: tells what was refused since the last event when the
 * interval is over, although nothing comes any more. It does nothing where nobody wants these events.
 */
export async function tellRefused(context: ITriggerFunctions): Promise<ITriggerResponse> {
	if (context.getMode() === 'manual' || !namesRefused(context.getNodeParameter('events', []))) {
		return {};
	}
	const node = refusalsOf(context);
	if (node.cluster !== undefined) {
		const close = node.cluster.tellEach(context, ({ provider, counts }) => {
			const summary = summaryOf(counts);
			if (summary !== undefined) context.emit([[refusedItem(provider, summary)]]);
		});
		return { closeFunction: async () => close() };
	}
	const emit = (items: INodeExecutionData[]) => context.emit([items]);
	node.emit = emit;
	// Deliveries may have come before n8n started this.
	tellLater(node);
	return {
		closeFunction: async () => {
			// n8n may have started it anew before it closes the old one.
			if (node.emit !== emit) return;
			node.emit = undefined;
			clearTimeout(node.timer);
			node.timer = undefined;
		},
	};
}

/** Tells when the interval is over what was refused in it. */
function tellLater(node: NodeRefusals): void {
	const dueIn = node.events.dueIn(node.intervalMs);
	if (node.emit === undefined || node.timer !== undefined || dueIn === undefined) return;
	const tell = () => {
		node.timer = undefined;
		const summary = node.events.take(node.intervalMs);
		if (summary !== undefined) node.emit?.([refusedItem(node.provider, summary)]);
		// A timer may be early by a moment.
		else tellLater(node);
	};
	node.timer = setTimeout(tell, dueIn);
	node.timer.unref();
}

function tellInLog(context: IWebhookFunctions, summary: RefusalSummary | undefined): void {
	if (summary === undefined) return;
	context.logger.warn(`${refusalWords(summary)} Logged at most once a minute.`, {
		node: context.getNode().name,
		workflowId: context.getWorkflow().id,
	});
}

function refusedItem(provider: string, summary: RefusalSummary): INodeExecutionData {
	const id = randomUUID();
	const envelope = createEnvelope(
		{
			id,
			source: `/${provider}`,
			type: REFUSED_TYPE,
			time: new Date(),
			dedupeKey: refusedKey(id),
			data: { ...summary },
			raw: null,
		},
		// Nobody can say who sent what was refused.
		'none',
	);
	return { json: { ...envelope } as unknown as IDataObject };
}

/** Whether 'Events' wants an event: the name of what sums up refusals stands for no other. */
export function selectsEvent(events: unknown, { type }: { readonly type: string }): boolean {
	const patterns = readPatterns(events).filter((pattern) => pattern !== REFUSED_TYPE);
	return fitsType(patterns, type);
}

function namesRefused(events: unknown): boolean {
	return readPatterns(events).includes(REFUSED_TYPE);
}

function selectsRefused(context: IWebhookFunctions, node: NodeRefusals): boolean {
	const { events } = context.getNode().parameters;
	if (typeof events !== 'string' || !events.startsWith('=')) return namesRefused(events);
	const { selected } = node;
	const now = performance.now();
	if (selected !== undefined && now - selected.at < READ_EVERY_MS) return selected.is;
	let is = false;
	try {
		is = namesRefused(context.getNodeParameter('events', []));
	} catch {
		// The log tells of it when an event comes whose type has to be looked at.
	}
	node.selected = { is, at: now };
	return is;
}
