import { Webhook } from 'svix';
import { Pool } from 'undici';
import { CONCURRENCY, CONTENT_TYPE, type BenchDelivery } from './work.mts';

/** As svix's documentation shows it: sign, then fetch. */
export async function sendBySvix(deliveries: readonly BenchDelivery[]): Promise<void> {
	await inTurn(deliveries, async ({ webhookId, subscriber: { url, secret }, body }) => {
		const at = new Date();
		const answer = await fetch(url, {
			method: 'POST',
			headers: {
				'content-type': CONTENT_TYPE,
				'webhook-id': webhookId,
				'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
				'webhook-signature': new Webhook(secret).sign(webhookId, at, body),
			},
			body,
		});
		await answer.text();
		return answer.status;
	});
}

const pools = new Map<string, Pool>();

/** Nothing but HTTP: not signed, nothing kept of the answer. */
export async function sendByUndici(deliveries: readonly BenchDelivery[]): Promise<void> {
	await inTurn(deliveries, async ({ subscriber, body }) => {
		const { origin, pathname: path } = new URL(subscriber.url);
		const pool = pools.get(origin) ?? new Pool(origin, { connections: 10 });
		pools.set(origin, pool);
		const headers = { 'content-type': CONTENT_TYPE };
		const answer = await pool.request({ method: 'POST', path, headers, body });
		await answer.body.text();
		return answer.statusCode;
	});
}

/** Sends all, so many at a time. */
async function inTurn(
	deliveries: readonly BenchDelivery[],
	send: (delivery: BenchDelivery) => Promise<number>,
): Promise<void> {
	const left = deliveries.values();
	const work = async () => {
		// All workers take from the same line.
		for (const delivery of left) {
			const status = await send(delivery);
			if (status !== 200) throw new Error(`${delivery.subscriber.url} answered ${status}`);
		}
	};
	await Promise.all(Array.from({ length: CONCURRENCY }, work));
}
