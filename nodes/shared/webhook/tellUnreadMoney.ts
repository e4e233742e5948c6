import type { ITriggerFunctions, IWebhookFunctions } from 'n8n-workflow';
import type { ProviderEvent } from '../../../lib/event/envelope';
import { Rarely } from '../../../lib/flow/rarely';
import { unreadMoney } from '../../../lib/yape/readPayment';

/** A promotion may come every few minutes. */
const rarely = new Rarely(3_600_000);

/**
 * Writes into n8n's log what looks like money and starts nothing: a text that is not understood at
 * most once an hour for each node, several payments in one delivery each time, since they are lost.
 *
 * @param selects whether the node wants events of a type; called at once, or never
 */
export function tellUnreadMoney(
	context: ITriggerFunctions | IWebhookFunctions,
	event: ProviderEvent,
	selects: (type: string) => boolean,
): void {
	const problem = unreadMoney(event);
	if (problem === undefined) return;
	const node = context.getNode();
	const workflowId = context.getWorkflow().id;
	const about = { node: node.name, workflowId };
	const warn = (words: string) => context.logger.warn(words, about);
	if (event.data.note === 'several_payments') {
		if (!selects(event.type)) warn(problem);
	} else {
		rarely.tell(`${workflowId}:${node.id}`, `${problem} Logged at most once an hour.`, warn);
	}
}
