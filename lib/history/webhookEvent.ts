import { createEnvelope } from '../event/envelope';
import { fieldOf, isObject, textOf, type JsonObject } from '../event/json';
import type { StoredEnvelope } from './storedEvent';

/** Type of the node that n8n itself has for webhooks. */
export const N8N_WEBHOOK_NODE = 'n8n-nodes-base.webhook';

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
export function webhookEvent(
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
