import type { IExecuteFunctions } from 'n8n-workflow';
import { deliverAll } from '../../../lib/deliver/run';
import { type DeliverableEvent, deliveryBody } from '../../../lib/deliver/deliverable';
import type { DeliveryResult } from '../../../lib/deliver/delivery';
import { parseSchedule } from '../../../lib/deliver/schedule';
import { webhookId } from '../../../lib/standardWebhooks/sign';
import { guardedDispatcher, proxyFromEnvironment } from '../../../lib/net/dispatcher';
import type { Subscriber } from '../../../lib/subscriber/subscriber';
import { guardOf } from './checkAddress';

/** Milliseconds for connection and answer: somebody waits for it. */
const LIMIT_MS = 15_000;

/** Delivers an event to one subscriber with one request, by the guard that the options set. */
export async function deliverOnce(
	context: IExecuteFunctions,
	itemIndex: number,
	subscriber: Subscriber,
	event: DeliverableEvent,
): Promise<{ webhookId: string; result: DeliveryResult }> {
	const guard = guardOf(context, itemIndex);
	const proxy = proxyFromEnvironment(process.env);
	const dispatcher = guardedDispatcher({ guard, connections: 1, connectLimitMs: LIMIT_MS, proxy });
	const id = webhookId(event.source, event.id, subscriber.id);
	const body = deliveryBody('cloudEvent', event, event);
	try {
		const [result] = await deliverAll([{ webhookId: id, subscriber, body, earlierAttempts: 0 }], {
			dispatcher,
			guard,
			schedule: parseSchedule(''),
			budgetMs: 0,
			limitMs: LIMIT_MS,
			signal: context.getExecutionCancelSignal(),
		});
		if (result === undefined) throw new Error('The test event has no outcome');
		return { webhookId: id, result };
	} finally {
		await dispatcher.destroy();
	}
}
