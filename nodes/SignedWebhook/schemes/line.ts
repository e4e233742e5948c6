import { fieldOf } from '../../../lib/event/json';
import { textKeys } from '../../../lib/signature/secretKeys';
import type { WebhookScheme } from '../webhookScheme';

/**
 * LINE Messaging API: several events in one delivery, each with an id that a redelivery keeps. A delivery
 * without events is the console's question whether the address answers.
 *
 * @see https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/
 * @see https://developers.line.biz/en/docs/messaging-api/verify-webhook-url/
 */
export const line: WebhookScheme = {
	name: 'line',
	label: 'LINE',
	source: '/line',
	secretHint:
		'In the LINE Developers Console, open the channel, then Basic settings > Channel secret.',
	documentation: 'https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/',
	repeats:
		'LINE repeats a delivery after any answer other than 2xx only if Webhook redelivery is turned on in the console.',
	each: 'events',
	variants: [
		{
			signature: {
				signature: {
					headers: ['x-line-signature'],
					form: 'whole',
					named: { sha256: { algorithm: 'sha256', encoding: 'base64' } },
				},
				signed: '{body}',
				keys: textKeys('sha256'),
			},
			event: {
				name: ['body:type'],
				id: ['body:webhookEventId'],
				idIsSigned: true,
				time: ['body:timestamp'],
				subject: ['body:source.groupId', 'body:source.roomId', 'body:source.userId'],
				account: ['body:destination'],
			},
		},
	],
	challenge: (body) => {
		const events = fieldOf(body, 'events');
		if (!Array.isArray(events) || events.length > 0) return undefined;
		return { status: 200, headers: {}, body: {} };
	},
};
