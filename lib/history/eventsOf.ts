import { readHead, type ExecutionHead } from './store/executionHead';
import { failureOf } from './store/failure';
import { gap } from './hints';
import { unlessInterrupted } from './store/interrupted';
import { fieldOf, isObject, textOf, type JsonObject } from '../event/json';
import type { Gap, StoredEnvelope, StoredEvent, StoredFile, StoredStatus } from './storedEvent';
import { triggerItems } from './triggerItems';
import { mayBringEvents, workflowMayBringEvents } from './triggerTypes';
import { N8N_WEBHOOK_NODE, webhookEvent } from './webhookEvent';

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
 * that it is a replay: otherwise it was received by that other workflow.
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
		const envelope = isEnvelope(item) ? item : undefined;
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

/** @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#required-attributes */
function isEnvelope(item: JsonObject): item is JsonObject & StoredEnvelope {
	const { specversion, id, source, type } = item;
	return (
		specversion === '1.0' &&
		textOf(id) !== undefined &&
		textOf(source) !== undefined &&
		textOf(type) !== undefined
	);
}

function isReceived({ mode }: ExecutionHead, event: StoredEnvelope): boolean {
	return mode !== 'integrated' || event.replayof !== undefined;
}

/** n8n empties items that its redaction hides, and says so in both places. */
function isRedacted(data: JsonObject, items: readonly JsonObject[]): boolean {
	if (fieldOf(data, 'redactionInfo', 'isRedacted') === true) return true;
	return items.some(({ redaction }) => fieldOf(redaction, 'redacted') === true);
}
