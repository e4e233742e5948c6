import { Agent, type Dispatcher } from 'undici';
import type { DeliverOptions } from '../../lib/deliver/delivery.ts';
import type { Delivery } from '../../lib/deliver/delivery.ts';
import { DEFAULT_SCHEDULE, parseSchedule } from '../../lib/deliver/schedule.ts';
import { webhookId } from '../../lib/standardWebhooks/sign.ts';
import type { Subscriber } from '../../lib/subscriber/subscriber.ts';

export const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

export function subscriberAt(url: string, fields: Partial<Subscriber> = {}): Subscriber {
	return {
		id: url,
		url,
		events: ['*'],
		secret: SECRET,
		headers: {},
		active: true,
		createdAt: new Date(0),
		...fields,
	};
}

/** The event of a number, on its way to a subscriber. */
export function deliveryTo(
	subscriber: Subscriber,
	event = 0,
	fields: Partial<Delivery> = {},
): Delivery {
	return {
		webhookId: webhookId('/test', String(event), subscriber.id),
		subscriber,
		body: { contentType: 'application/json', text: JSON.stringify({ event }) },
		earlierAttempts: 0,
		...fields,
	};
}

/** Anybody may be called; nothing is tried twice in a run; waits are what the schedule says. */
export function deliverOptions(
	dispatcher: Dispatcher,
	options: Partial<DeliverOptions> = {},
): DeliverOptions {
	return {
		dispatcher,
		guard: { judge: () => undefined },
		schedule: parseSchedule(DEFAULT_SCHEDULE),
		budgetMs: 0,
		random: () => 0.5,
		...options,
	};
}

/** As many connections as the engine wants, like the node's. */
export function testAgent(connect: Agent.Options['connect'] = {}): Agent {
	return new Agent({ connections: 100, connect });
}
