import type { ITriggerFunctions, IWebhookFunctions } from 'n8n-workflow';
import type { ProviderEvent } from '../../lib/event/envelope';
import { ToldLately } from '../../lib/limit/toldLately';
import { selectsType } from '../../lib/receive/selectsType';
import { unreadMoney } from '../../lib/yape/unread';

/** A promotion may come every few minutes. */
const told = new ToldLately(3_600_000);

/**
 * Writes into n8n's log what looks like money and starts nothing: a text that is not understood at
 * most once an hour for each node, several payments in one delivery each time, since they are lost.
 */
export function tellUnreadMoney(
	context: ITriggerFunctions | IWebhookFunctions,
	event: ProviderEvent,
): void {
	const problem = unreadMoney(event);
	if (problem === undefined) return;
	const node = context.getNode();
	const workflowId = context.getWorkflow().id;
	const about = { node: node.name, workflowId };
	if (event.data.note === 'several_payments') {
		const isSelected = selectsType(context.getNodeParameter('events', []), event.type);
		if (!isSelected) context.logger.warn(problem, about);
	} else if (told.isDue(`${workflowId}:${node.id}`)) {
		context.logger.warn(`${problem} Told at most once an hour.`, about);
	}
}
