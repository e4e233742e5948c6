import type { DisabledReason, Subscriber } from '../subscriber/subscriber';
import type { DeliverableEvent } from './deliverable';

/** Type of the event that says that a subscriber gets nothing more. */
export const SUBSCRIBER_DISABLED = 'webhook.subscriber.disabled';

/** Where it comes from. */
const SOURCE = '/webhook-notifier';

/**
 * The event of a subscriber that was disabled, to tell its owner. Holds no secret, and of the address
 * neither query nor user info: both may be one.
 */
export function disabledEvent(
	{ id, url, failingSince }: Subscriber,
	reason: DisabledReason,
	now: Date,
): DeliverableEvent {
	return {
		specversion: '1.0',
		id: `${id}.${now.getTime()}`,
		source: SOURCE,
		type: SUBSCRIBER_DISABLED,
		subject: id,
		time: now.toISOString(),
		datacontenttype: 'application/json',
		data: {
			subscriberId: id,
			url: withoutSecrets(url),
			reason,
			...(failingSince === undefined ? {} : { failingSince: failingSince.toISOString() }),
			disabledAt: now.toISOString(),
		},
	};
}

function withoutSecrets(url: string): string {
	if (!URL.canParse(url)) return '';
	const { origin, pathname } = new URL(url);
	return `${origin}${pathname}`;
}
