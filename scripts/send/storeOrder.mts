import type { SendRequest } from './arguments.mts';
import { nothingAnswered, postJson } from './postJson.mts';

/** What the webhook answered to the store. */
interface StoreAnswer {
	/** Null: nothing answered; `body` says why. */
	delivery: { status: number | null; body: string };
}

/**
 * Places an order in the local Kometia store, which then delivers its event.
 *
 * @returns what the webhook answered
 * @throws where the store or the webhook does not answer
 */
export async function placeOrder(
	{ id, text, type }: SendRequest,
	store: { readonly url: string; readonly key: string; readonly webhookUrl: string },
): Promise<{ status: number; text: string }> {
	const { webhookUrl } = store;
	const name = type.slice('kometia.'.length);
	const body = JSON.stringify({ webhookUrl, eventId: id, type: name, product: text });
	const authorization = `Basic ${Buffer.from(`${store.key}:`).toString('base64')}`;
	const answer = await postJson(`${store.url}/admin/orders`, body, { authorization });
	if (answer.status !== 200 && answer.status !== 201) {
		throw new Error(`The local store answered ${answer.status}: ${answer.text}`);
	}
	const { delivery } = JSON.parse(answer.text) as StoreAnswer;
	if (delivery.status === null) throw nothingAnswered(webhookUrl, delivery.body);
	return { status: delivery.status, text: delivery.body };
}
