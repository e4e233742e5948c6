import { createEnvelope } from '../event/envelope';
import { fieldOf, isObject, textOf, type JsonObject, listOf } from '../event/json';
import { gap } from './gaps';
import { readHead, type ExecutionHead, failureOf, unlessInterrupted } from './store/executions';
import {
	type Gap,
	isStoredEnvelope,
	type StoredEnvelope,
	type StoredEvent,
	type StoredFile,
	type StoredStatus,
} from './storedEvent';

export interface EventsOfOptions {
	/** @default false */
	readonly includeN8nWebhook?: boolean;
	/** What runs since before it was interrupted. @default nothing was */
	readonly upSince?: Date;
}

/** What has not begun, or was stopped before it did, took nothing in. */
const NOT_BEGUN: ReadonlySet<StoredStatus> = new Set<StoredStatus>(['new', 'canceled']);

/**
 * The events with which an execution started: each item of its trigger that is a CloudEvents 1.0
 * envelope, whatever node the trigger is. The trigger may have sent several items.
 *
 * An envelope that another workflow handed over (mode `integrated`) is an event only where it says
 * that it is a replay, or that Recover ran it: otherwise it was received by that other workflow.
 *
 * @param json an execution of n8n's public API, with its data
 * @returns no event where the execution started with something else; a gap where nobody can know
 */
export function eventsOf(json: unknown, options: EventsOfOptions = {}): StoredEvent[] | Gap {
	const head = readHead(json);
	if (head === undefined || !isObject(json)) return gap('unreadable', {});
	return eventsIn(unlessInterrupted(head, options.upSince), json, options);
}

/**
 * The same, where the head of the execution was read already.
 *
 * @param head with the status that it has for the events
 */
export function eventsIn(
	head: ExecutionHead,
	json: JsonObject,
	options: Omit<EventsOfOptions, 'upSince'>,
): StoredEvent[] | Gap {
	const workflow = { id: head.workflowId, name: textOf(fieldOf(json.workflowData, 'name')) };
	const about = {
		executionIds: [head.id],
		count: 1,
		workflowId: workflow.id,
		workflowName: workflow.name,
	};
	const mayHave = workflowMayBringEvents(json.workflowData, options);
	if (json.dataTooLargeToDisplay === true) return mayHave ? gap('too_large', about) : [];
	if (!isObject(json.data)) return mayHave ? gap('unreadable', about) : [];
	const started = triggerItems(json.data, json.workflowData);
	if (started === undefined) return [];
	const mayBring = mayBringEvents(started.nodeType, options);
	if (isRedacted(json.data, started.items ?? [])) return mayBring ? gap('redacted', about) : [];
	if (started.items === undefined) {
		const mayHaveBegun = head.mode !== 'integrated' && !NOT_BEGUN.has(head.status);
		return mayBring && mayHaveBegun ? gap('unreadable', about) : [];
	}
	const failure = failureOf(json.data);
	const isWebhook = (item: JsonObject) =>
		options.includeN8nWebhook === true &&
		(started.nodeType === N8N_WEBHOOK_NODE || textOf(item.replayof) !== undefined);
	return started.items.flatMap(({ json: item, binary }) => {
		if (!isObject(item)) return [];
		const envelope = isStoredEnvelope(item) ? item : undefined;
		const event = envelope ?? (isWebhook(item) ? webhookEvent(item, head) : undefined);
		if (event === undefined || !isReceived(head, event)) return [];
		const stored: StoredEvent = {
			event,
			executionId: head.id,
			workflowId: workflow.id,
			workflowName: workflow.name ?? '',
			triggerName: started.nodeName,
			mode: head.mode,
			status: head.status,
			startedAt: head.startedAt,
			stoppedAt: head.stoppedAt,
			...failure,
			...(envelope === undefined ? { webhookItem: item } : {}),
			...filesOf(binary),
		};
		return [stored];
	});
}

function filesOf(binary: unknown): Pick<StoredEvent, 'files'> {
	const files = Object.entries(isObject(binary) ? binary : {}).filter(([, file]) => isObject(file));
	return files.length === 0
		? {}
		: { files: Object.fromEntries(files) as Record<string, StoredFile> };
}

function isReceived({ mode }: ExecutionHead, event: StoredEnvelope): boolean {
	if (mode !== 'integrated') return true;
	return event.replayof !== undefined || event.recoveryof !== undefined;
}

/** n8n empties items that its redaction hides, and says so in both places. */
function isRedacted(data: JsonObject, items: readonly JsonObject[]): boolean {
	if (fieldOf(data, 'redactionInfo', 'isRedacted') === true) return true;
	return items.some(({ redaction }) => fieldOf(redaction, 'redacted') === true);
}

/** What an execution started with. */
interface TriggerItems {
	readonly nodeName: string;
	/** Type of the node, undefined where n8n does not tell. */
	readonly nodeType?: string;
	/**
	 * Items as n8n stores them: `{json, …}`. Undefined where it started with something that was not
	 * stored, or cannot be read.
	 */
	readonly items?: readonly JsonObject[];
}

/**
 * Finds the items with which an execution started, in the format of n8n 2.41's public API.
 *
 * They are the first run of the node that started it. Where that never ran to its end (the process
 * died, or the node itself failed), they are still on the stack of nodes to run. After a crash n8n
 * makes up a run of each node that it had logged, whose only item is
 * `{isArtificialRecoveredEventItem: true}`: then the stack has the real ones
 * (https://github.com/n8n-io/n8n, packages/cli/src/executions/execution-recovery.service.ts).
 *
 * @param data field `data` of an execution
 * @param workflow its field `workflowData`
 * @returns undefined where there is nothing that it started with
 */
function triggerItems(data: unknown, workflow: unknown): TriggerItems | undefined {
	const stack = listOf(fieldOf(data, 'executionData', 'nodeExecutionStack'));
	const runs = fieldOf(data, 'resultData', 'runData');
	const triggerName = fieldOf(data, 'executionData', 'runtimeData', 'triggerNode', 'name');
	const nodeName = startNode(runs, textOf(triggerName), stack) ?? textOf(triggerName);
	if (nodeName === undefined) return undefined;
	const entry = stack.find((one) => fieldOf(one, 'node', 'name') === nodeName);
	const node = listOf(fieldOf(workflow, 'nodes')).find((one) => fieldOf(one, 'name') === nodeName);
	const nodeType = textOf(fieldOf(node, 'type'));
	const run = firstRun(runs, nodeName);
	const ran = itemsOf(fieldOf(run, 'data', 'main'));
	const items = ran === undefined || isMadeUp(ran) ? itemsOf(fieldOf(entry, 'data', 'main')) : ran;
	// A trigger that failed by itself, such as one that lost its connection, took nothing in.
	if (items === undefined && isObject(fieldOf(run, 'error'))) return undefined;
	return { nodeName, nodeType, ...(items === undefined ? {} : { items }) };
}

/** A sub-workflow carries the name of its caller's trigger: what ran first has no source. */
function startNode(
	runs: unknown,
	triggerName: string | undefined,
	stack: readonly unknown[],
): string | undefined {
	const isStart = (name: string) =>
		listOf(fieldOf(firstRun(runs, name), 'source')).every((source) => !isObject(source));
	const ran = isObject(runs) ? Object.keys(runs) : [];
	const started = (name: string) =>
		ran.includes(name) || stack.some((entry) => fieldOf(entry, 'node', 'name') === name);
	if (triggerName !== undefined && started(triggerName)) return triggerName;
	return ran.find(isStart) ?? textOf(fieldOf(stack[0], 'node', 'name'));
}

function firstRun(runs: unknown, nodeName: string): unknown {
	return listOf(fieldOf(runs, nodeName))[0];
}

/** @returns items of all outputs, undefined where there are no outputs, or none of the items is one */
function itemsOf(outputs: unknown): readonly JsonObject[] | undefined {
	if (!Array.isArray(outputs)) return undefined;
	const entries = outputs.flatMap((items) => listOf(items));
	const items = entries.filter(isObject).filter(({ json }) => isObject(json));
	return items.length === 0 && entries.length > 0 ? undefined : items;
}

function isMadeUp(items: readonly JsonObject[]): boolean {
	return items.some(({ json }) => fieldOf(json, 'isArtificialRecoveredEventItem') === true);
}

interface TriggerChoice {
	readonly includeN8nWebhook?: boolean;
}

/**
 * Whether a trigger of this type may have brought in an event whose data nobody can read. n8n's own
 * nodes do not make envelopes; a trigger of any package may.
 *
 * @param type undefined where it is not known: then it may
 */
function mayBringEvents(type: string | undefined, options: TriggerChoice): boolean {
	if (type === undefined) return true;
	if (type === N8N_WEBHOOK_NODE) return options.includeN8nWebhook === true;
	return !type.startsWith('n8n-nodes-base.') && !type.startsWith('@n8n/');
}

/**
 * Whether a workflow has a trigger that may bring in events.
 *
 * @param workflow as n8n's public API gives it; without nodes it may
 */
export function workflowMayBringEvents(workflow: unknown, options: TriggerChoice): boolean {
	const nodes = listOf(fieldOf(workflow, 'nodes'));
	return nodes.length === 0 || nodes.some((node) => isEventTrigger(node, options));
}

function isEventTrigger(node: unknown, options: TriggerChoice): boolean {
	const type = textOf(fieldOf(node, 'type'));
	if (type === undefined || fieldOf(node, 'disabled') === true) return false;
	return (/trigger$/i.test(type) || type === N8N_WEBHOOK_NODE) && mayBringEvents(type, options);
}

/** Type of the node that n8n itself has for webhooks. */
const N8N_WEBHOOK_NODE = 'n8n-nodes-base.webhook';

/** Type of the events that are made of requests to it. */
export const N8N_WEBHOOK_EVENT = 'n8n.webhook';

/** Where senders put the id of what they deliver, the most specific first. */
const ID_HEADERS = [
	'webhook-id',
	'svix-id',
	'ce-id',
	'x-webhook-id',
	'x-event-id',
	'x-github-delivery',
	'x-shopify-webhook-id',
	'x-request-id',
	'idempotency-key',
];

const SECRET_HEADER = /auth|cookie|token|secret|api-?key|password|signature|session/i;

/**
 * Makes an event of a request that n8n's own Webhook node took in. Its id is what the sender named
 * in one of the usual headers, else the id of the execution; its source is the path that was called.
 * Headers that may hold a secret are left out.
 *
 * @param item JSON of the node's item: `{headers, params, query, body, webhookUrl, executionMode}`, and of a
 * replay also `replayof` and `replayedat`, which no request can set
 * @returns undefined where the item is no request
 */
function webhookEvent(
	item: JsonObject,
	execution: { readonly id: string; readonly workflowId: string; readonly startedAt?: Date },
): StoredEnvelope | undefined {
	const { headers, params, query, body } = item;
	if (!isObject(headers)) return undefined;
	const replayof = textOf(item.replayof);
	const id = idOf(headers) ?? replayof ?? execution.id;
	const source = pathOf(item.webhookUrl) ?? `/n8n/${execution.workflowId}`;
	const kept = Object.entries(headers).filter(([name]) => !SECRET_HEADER.test(name));
	const envelope = createEnvelope(
		{
			id,
			source,
			type: N8N_WEBHOOK_EVENT,
			time: execution.startedAt ?? new Date(0),
			dedupeKey: `${source}|${id}`,
			data: { headers: Object.fromEntries(kept), params, query, body },
			raw: body,
		},
		'none',
	);
	return replayof === undefined
		? envelope
		: { ...envelope, replayof, replayedat: textOf(item.replayedat) };
}

function idOf(headers: JsonObject): string | undefined {
	for (const name of ID_HEADERS) {
		const id = textOf(fieldOf(headers, name));
		if (id !== undefined) return id;
	}
	return undefined;
}

function pathOf(url: unknown): string | undefined {
	const text = textOf(url);
	return text !== undefined && URL.canParse(text) ? new URL(text).pathname : undefined;
}
