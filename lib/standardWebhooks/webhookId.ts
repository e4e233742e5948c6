import { hash } from 'node:crypto';

/** In base64, 192 bits: two events never share an id. */
const HASH_LENGTH = 32;

/**
 * The `webhook-id` of an event for a subscriber: always the same for the three, so that the receiver
 * recognises a retry and a resend. Only letters, digits, `-` and `_`: the specification forbids dots,
 * because one ends the id in the signed content.
 *
 * @param source and id identify the event, as in CloudEvents
 */
export function webhookId(source: string, id: string, subscriberId: string): string {
	const text = JSON.stringify([source, id, subscriberId]);
	return `msg_${hash('sha256', text, 'base64url').slice(0, HASH_LENGTH)}`;
}
