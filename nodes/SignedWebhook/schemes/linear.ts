import { textKeys } from '../../../lib/signature/secretKeys';
import type { WebhookScheme } from '../webhookScheme';

const TIMESTAMP = Buffer.from('"webhookTimestamp"');

/** More than stands between the name and the end of its value. */
const LONGEST_VALUE = 64;

/**
 * The time without parsing the whole body, which costs more than its signature. Only where the name
 * stands once: a quote inside of a text is written with a backslash, so that none looks like it.
 */
function webhookTimestamp(rawBody: Buffer): string | undefined {
	const at = rawBody.indexOf(TIMESTAMP);
	if (at < 0 || rawBody.includes(TIMESTAMP, at + TIMESTAMP.length)) return undefined;
	const from = at + TIMESTAMP.length;
	const end = digitsEnd(rawBody, from + 1);
	// As Linear writes it: a colon, digits, and what ends a value.
	if (rawBody[from] === COLON && end > from + 1 && ENDS.has(rawBody[end])) {
		return rawBody.toString('latin1', from + 1, end);
	}
	const value = rawBody.toString('latin1', from, from + LONGEST_VALUE);
	return /^\s*:\s*"?(\d+)"?\s*[,}]/.exec(value)?.[1];
}

const COLON = 0x3a;

/** A comma, a brace. */
const ENDS: ReadonlySet<number | undefined> = new Set([0x2c, 0x7d]);

function digitsEnd(bytes: Buffer, from: number): number {
	let at = from;
	while (at < from + LONGEST_VALUE && isDigit(bytes[at])) at += 1;
	return at;
}

function isDigit(byte: number | undefined): boolean {
	return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

/**
 * Linear: the time stands in the body, where it is signed; the delivery's id in a header, where it is not.
 *
 * @see https://linear.app/developers/webhooks#securing-webhooks
 */
export const linear: WebhookScheme = {
	name: 'linear',
	label: 'Linear',
	source: '/linear',
	secretHint:
		'In Linear, open Settings > API > Webhooks and the webhook, then copy the Signing secret.',
	documentation: 'https://linear.app/developers/webhooks#securing-webhooks',
	repeats:
		'Linear waits 5 seconds for the answer 200, and repeats a delivery after 1 minute, 1 hour and 6 hours; a webhook that goes on failing is disabled.',
	variants: [
		{
			signature: {
				signature: {
					headers: ['linear-signature'],
					form: 'whole',
					named: { sha256: { algorithm: 'sha256', encoding: 'hex' } },
				},
				signed: '{body}',
				timestamp: {
					find: webhookTimestamp,
					places: ['body:webhookTimestamp'],
					unit: 'milliseconds',
					toleranceSeconds: 60,
				},
				keys: textKeys('sha256'),
			},
			event: {
				name: [['body:type', 'body:action'], 'header:linear-event'],
				id: ['header:linear-delivery'],
				idIsSigned: false,
				time: ['body:createdAt', 'body:webhookTimestamp'],
				subject: ['body:data.identifier', 'body:data.id'],
				account: ['body:organizationId'],
			},
		},
	],
};
