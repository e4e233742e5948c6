import type { SendRequest } from './arguments.mts';
import { postJson } from './postJson.mts';

/** What the webhook answered to the store. */
interface StoreAnswer {
	delivery: { status: number; body: string };
}

/**
 * Places an order in the local Kometia store, which then delivers its event.
 *
 * @returns what the webhook answered
 * @throws where the store or the webhook does not answer
 */
export async function placeOrder(
	{ id, text }: SendRequest,
	store: { readonly url: string; readonly key: string; readonly webhookUrl: string },
): Promise<{ status: number; text: string }> {
	const { webhookUrl } = store;
	const body = JSON.stringify({ webhookUrl, eventId: id, product: text });
	const authorization = `Basic ${Buffer.from(`${store.key}:`).toString('base64')}`;
	const answer = await postJson(`${store.url}/admin/orders`, body, { authorization });
	if (answer.status !== 200 && answer.status !== 201) {
		throw new Error(`The local store answered ${answer.status}: ${answer.text}`);
	}
	const { delivery } = JSON.parse(answer.text) as StoreAnswer;
	return { status: delivery.status, text: delivery.body };
}
