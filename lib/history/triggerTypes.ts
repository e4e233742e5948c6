import { fieldOf, listOf, textOf } from '../event/json';
import { N8N_WEBHOOK_NODE } from './webhookEvent';

interface TriggerChoice {
	readonly includeN8nWebhook?: boolean;
}

/**
 * Whether a trigger of this type may have brought in an event whose data nobody can read. n8n's own
 * nodes do not make envelopes; a trigger of any package may.
 *
 * @param type undefined where it is not known: then it may
 */
export function mayBringEvents(type: string | undefined, options: TriggerChoice): boolean {
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
