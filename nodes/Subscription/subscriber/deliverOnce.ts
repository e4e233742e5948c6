import { randomUUID } from 'node:crypto';
import { type IExecuteFunctions, NodeOperationError, type IDataObject } from 'n8n-workflow';
import type { DeliverableEvent } from '../../../lib/deliver/deliverable';
import { deliverEvent } from '../../../lib/deliver/notify';
import { guardedDispatcher } from '../../../lib/net/dispatcher';
import type { AddressGuard } from '../../../lib/net/guard/addressGuard';
import type { Subscriber } from '../../../lib/subscriber/subscriber';
import { limitsOverCluster } from '../../shared/cluster/deliveryLimits';
import { addressGuardOf, readAddressGuardSettings } from '../../shared/egress/nodeAddressGuard';

/** Milliseconds for a turn under the rate limit, and for connection and answer: somebody waits for it. */
const LIMIT_MS = 15_000;

/** Delivers an event to one subscriber with one request, by the guard that the options set. */
export async function deliverOnce(
	context: IExecuteFunctions,
	itemIndex: number,
	subscriber: Subscriber,
	event: DeliverableEvent,
): ReturnType<typeof deliverEvent> {
	const guard = guardOf(context, itemIndex);
	const dispatcher = guardedDispatcher({ guard, connections: 1, connectLimitMs: LIMIT_MS });
	try {
		return await deliverEvent(event, subscriber, {
			dispatcher,
			guard,
			budgetMs: 0,
			turnWithinMs: LIMIT_MS,
			limitMs: LIMIT_MS,
			shared: limitsOverCluster(context),
			signal: context.getExecutionCancelSignal(),
		});
	} finally {
		await dispatcher.destroy();
	}
}

/** A CloudEvent that says of itself that it is a test. */
export function createTestEvent(context: IExecuteFunctions, subscriberId: string) {
	const { id } = context.getWorkflow();
	return {
		specversion: '1.0',
		id: randomUUID(),
		source: id === undefined ? '/n8n/webhook-subscription' : `/n8n/workflows/${id}`,
		type: 'webhook.test',
		subject: subscriberId,
		time: new Date().toISOString(),
		datacontenttype: 'application/json',
		data: {
			subscriberId,
			message: "This is a test of your webhook. You don't need to do anything.",
		},
	} as const;
}

/** Refusals that an option of this node can take back; the Notifier asks again, with its own. */
const BY_OPTION: ReadonlySet<string> = new Set(['not_https', 'not_public']);

/** The guard, by the options of the node. */
function guardOf(context: IExecuteFunctions, itemIndex: number): AddressGuard {
	const options = context.getNodeParameter('options', itemIndex, {}) as IDataObject;
	return addressGuardOf(context, readAddressGuardSettings(options));
}

/**
 * Asks the guard whether n8n may call an address.
 *
 * @param done what is not done where it may not, such as `The subscriber was not saved`
 * @throws {NodeOperationError} that says why not
 */
export async function checkAddress(
	context: IExecuteFunctions,
	itemIndex: number,
	url: string,
	done: string,
): Promise<void> {
	const refusal = await guardOf(context, itemIndex).check(url);
	if (refusal === undefined) return;
	const description = BY_OPTION.has(refusal.reason)
		? 'Also allow it in the options of the Webhook Notifier node, which checks it again for each delivery.'
		: undefined;
	throw new NodeOperationError(context.getNode(), `${done}: ${refusal.message}`, {
		itemIndex,
		description,
	});
}
