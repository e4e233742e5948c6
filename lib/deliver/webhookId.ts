import { createHash } from 'node:crypto';

/** 24 bytes are 192 bits: two events never share an id. */
const HASH_BYTES = 24;

/**
 * The `webhook-id` of an event for a subscriber: always the same for the three, so that the receiver
 * recognises a retry and a resend. Only letters, digits, `-` and `_`: the specification forbids dots,
 * because one ends the id in the signed content.
 *
 * @param source and id identify the event, as in CloudEvents
 */
export function webhookId(source: string, id: string, subscriberId: string): string {
	const hash = createHash('sha256')
		.update(JSON.stringify([source, id, subscriberId]))
		.digest();
	return `msg_${hash.subarray(0, HASH_BYTES).toString('base64url')}`;
}
