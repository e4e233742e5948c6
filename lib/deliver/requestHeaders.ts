import type { Delivery } from './delivery';
import { contentTypeFor } from './deliveryBody';
import { signDelivery } from '../standardWebhooks/signDelivery';
import type { DeliveryTarget } from './target';

/** The headers of one attempt: name, value, name, value. */
export function requestHeaders(
	{ webhookId, body, subscriber }: Delivery,
	{ headers, signer }: DeliveryTarget,
	content: Buffer,
	at: Date,
): string[] {
	const signed = signDelivery(webhookId, at, content, signer);
	const signature = signed['webhook-signature'];
	return [
		...headers,
		'content-type',
		contentTypeFor(body, subscriber),
		'webhook-id',
		signed['webhook-id'],
		'webhook-timestamp',
		signed['webhook-timestamp'],
		...(signature === undefined ? [] : ['webhook-signature', signature]),
	];
}
