import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import type { DeliveryResult } from '../../../../lib/deliver/delivery';
import type { SubscriberRegistry } from '../../../../lib/subscriber/registry';
import { deliverOnce } from '../deliverOnce';
import { createTestEvent } from '../testEvent';
import { subscriberOf } from './get';

/**
 * Delivers a signed event of type `webhook.test` now, once, whatever the subscriber wants and whether
 * it is active or not. That it was not taken is a result, not an error.
 */
export async function sendTestEvent(
	context: IExecuteFunctions,
	registry: SubscriberRegistry,
	itemIndex: number,
): Promise<IDataObject> {
	const subscriber = await subscriberOf(context, registry, itemIndex);
	const event = createTestEvent(context, subscriber.id);
	const { webhookId, result } = await deliverOnce(context, itemIndex, subscriber, event);
	const { id, url } = subscriber;
	return { id, url, webhookId, event, ...testJson(result) };
}

function testJson({ outcome, reason, message, response }: DeliveryResult): IDataObject {
	return {
		delivered: outcome === 'delivered',
		status: response?.status ?? null,
		durationMs: response?.durationMs ?? null,
		responseBody: response?.body ?? null,
		responseTruncated: response?.truncated ?? false,
		...(outcome === 'delivered' ? {} : { reason: reason ?? null, message: message ?? null }),
	};
}
