export const EVENTS = 40;
export const SUBSCRIBERS = 50;
export const DELIVERIES = EVENTS * SUBSCRIBERS;

/** Of our node by default; the others are given the same. */
export const CONCURRENCY = 50;

export const CONTENT_TYPE = 'application/cloudevents+json';

/** Who gets every event. */
export interface BenchSubscriber {
	readonly id: string;
	readonly url: string;
	readonly secret: string;
}

/** One event for one subscriber, the same bytes whoever sends them. */
export interface BenchDelivery {
	readonly webhookId: string;
	readonly subscriber: BenchSubscriber;
	readonly body: string;
}

/** Orders of a shop as CloudEvents of about 0.9 KB. */
export const events = Array.from({ length: EVENTS }, (_, number) => ({
	specversion: '1.0',
	id: `evt_${String(number).padStart(4, '0')}`,
	source: '/shop/lima',
	type: 'order.paid',
	subject: `orders/${1000 + number}`,
	time: '2026-11-22T09:00:00.000Z',
	datacontenttype: 'application/json',
	data: {
		number: 1000 + number,
		customer: { name: 'Lucía Fernández', phone: '+51 999 888 777', city: 'Lima' },
		lines: Array.from({ length: 7 }, (_line, line) => ({
			sku: `SKU-${line}`,
			title: 'Café de altura, 250 g',
			quantity: 2,
			price: '24.90',
		})),
		total: '348.60',
		currency: 'PEN',
	},
}));

/** One after the other for each event, so that neighbours go to different hosts. */
export function deliveriesTo(subscribers: readonly BenchSubscriber[]): BenchDelivery[] {
	return events.flatMap((event) => {
		const body = JSON.stringify(event);
		return subscribers.map((subscriber) => ({
			webhookId: `msg_${event.id}_${subscriber.id}`,
			subscriber,
			body,
		}));
	});
}
