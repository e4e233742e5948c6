import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

/** What the Yape Notifier app posts for a payment, with its fields as SendNotificationWorker.kt has them. */
export function yapeNotification(overrides: Record<string, unknown> = {}): Record<string, unknown> {
	return {
		device_id: '7f1c2b1e-0c54-4f0e-9d0e-2f6c1f6f0a11',
		source_app: 'yape',
		package_name: 'com.bcp.innovacxion.yapeapp',
		android_user_id: 0,
		android_uid: 10234,
		title: 'Confirmación de Pago',
		body: 'Yape! JUAN PEREZ te envió un pago por S/ 50',
		amount: 50,
		currency: 'PEN',
		payer_name: 'JUAN PEREZ',
		posted_at: '2026-03-01T10:00:00.123Z',
		received_at: '2026-03-01T10:00:01.456Z',
		raw_json: {
			package_name: 'com.bcp.innovacxion.yapeapp',
			title: 'Confirmación de Pago',
			body: 'Yape! JUAN PEREZ te envió un pago por S/ 50',
			original_timestamp: 1772359201456,
			posted_at: 1772359200123,
		},
		status: 'pending',
		...overrides,
	};
}

/** What Yape Notifier's server broadcasts for the same payment, as NotificationCreated.php has it. */
export function yapeRecord(overrides: Record<string, unknown> = {}): Record<string, unknown> {
	return {
		id: 17,
		user_id: 3,
		commerce_id: 5,
		device_id: 9,
		source_app: 'yape',
		package_name: 'com.bcp.innovacxion.yapeapp',
		app_instance_id: null,
		title: 'Confirmación de Pago',
		body: 'Yape! JUAN PEREZ te envió un pago por S/ 50',
		amount: '50.00',
		currency: 'PEN',
		payer_name: 'Juan Perez',
		posted_at: '2026-03-01T10:00:00+00:00',
		received_at: '2026-03-01T10:00:01+00:00',
		status: 'pending',
		is_duplicate: false,
		created_at: '2026-03-01T10:00:01+00:00',
		...overrides,
	};
}

/** Headers of each verification method, made without the code under test. */
export const signers = {
	hmac: (body: string, secret: string) => ({
		'x-signature': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
	}),
	standardWebhooks: (body: string, secret: string, at = new Date(), id = 'msg_1') => ({
		'webhook-id': id,
		'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
		'webhook-signature': new Webhook(secret, { format: 'raw' }).sign(id, at, body),
	}),
	bearer: (_body: string, secret: string) => ({ authorization: `Bearer ${secret}` }),
} as const;
