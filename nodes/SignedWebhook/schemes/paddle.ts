import { textKeys } from '../../../lib/signature/secretKeys';
import type { WebhookScheme } from '../webhookScheme';

/**
 * Paddle: every `h1` of the header, where its own library looks at the last one only. That lets in what
 * is at most 5 seconds old, and anything from the future; the clocks of servers differ by more than that.
 *
 * @see https://developer.paddle.com/webhooks/signature-verification
 */
export const paddle: WebhookScheme = {
	name: 'paddle',
	label: 'Paddle',
	source: '/paddle',
	secretHint:
		'In Paddle, open Developer Tools > Notifications, edit the destination, then copy the Secret key. It starts with pdl_ntfset_.',
	documentation: 'https://developer.paddle.com/webhooks/signature-verification',
	repeats:
		'Paddle waits 5 seconds for the answer 200, and repeats a delivery up to 60 times in 3 days; in the sandbox 3 times in 15 minutes.',
	variants: [
		{
			signature: {
				signature: {
					headers: ['paddle-signature'],
					form: 'parts',
					separator: ';',
					named: { h1: { algorithm: 'sha256', encoding: 'hex' } },
				},
				signed: '{timestamp}:{body}',
				timestamp: { places: ['signature:ts'], unit: 'seconds', toleranceSeconds: 300 },
				keys: textKeys('sha256'),
			},
			event: {
				name: ['body:event_type'],
				id: ['body:event_id'],
				idIsSigned: true,
				time: ['body:occurred_at'],
				subject: ['body:data.id'],
			},
		},
	],
};
