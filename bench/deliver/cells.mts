import { Webhook } from 'standardwebhooks';
import type { Cell } from '../rounds.mts';
import { sendBySvix, sendByUndici } from './clients.mts';
import { runHttpRequest, runOwn } from './nodes.mts';
import type { Receivers } from './receivers.mts';
import type { BenchRegistry } from './registry.mts';
import { deliveriesTo, events, type BenchDelivery } from './work.mts';

export const REGISTRY = 'Webhook Notifier, subscribers of the registry';
export const LIST = 'Webhook Notifier, subscribers of a list';
export const HTTP_REQUEST = "n8n's HTTP Request node, signed beforehand";
export const SVIX = 'svix: sign, then fetch';
export const UNDICI = 'undici alone, not signed';

const LOCAL = { allowHttp: true, allowedPrivateAddresses: '127.0.0.1' };

/** Five ways to make the same deliveries. */
export function deliverCells(receivers: Receivers, registry: BenchRegistry): Cell[] {
	const { subscribers } = receivers;
	const deliveries = deliveriesTo(subscribers);
	const check = async () => await receivers.check(deliveries, { signed: true });
	let signed: ReturnType<typeof signBeforehand> = [];
	return [
		{
			name: REGISTRY,
			run: async () => {
				const from = { subscribersFrom: 'registry', dataTable: 'webhook_subscribers' };
				all(await runOwn('WebhookNotifier', events, sending(from), registry.credentials));
			},
			check,
		},
		{
			name: LIST,
			run: async () => {
				const items = events.map((event) => ({ event, subscribers }));
				const from = { subscribersFrom: 'list', subscribers: '={{ $json.subscribers }}' };
				all(await runOwn('WebhookNotifier', items, sending(from)));
			},
			check,
		},
		{
			name: HTTP_REQUEST,
			prepare: () => {
				signed = signBeforehand(deliveries);
			},
			run: async () => all(await runHttpRequest(signed)),
			check,
		},
		{ name: SVIX, run: async () => await sendBySvix(deliveries), check },
		{
			name: UNDICI,
			run: async () => await sendByUndici(deliveries),
			check: async () => await receivers.check(deliveries, { signed: false }),
		},
	];

	function all(delivered: number): void {
		if (delivered === deliveries.length) return;
		throw new Error(`${delivered} of ${deliveries.length} deliveries came out first`);
	}
}

function sending(from: object) {
	return { operation: 'send', body: 'cloudEvent', ...from, options: LOCAL };
}

function signBeforehand(deliveries: readonly BenchDelivery[]) {
	const at = new Date();
	return deliveries.map(({ webhookId, subscriber: { url, secret }, body }) => ({
		url,
		headers: JSON.stringify({
			'webhook-id': webhookId,
			'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
			'webhook-signature': new Webhook(secret).sign(webhookId, at, body),
		}),
		body,
	}));
}
