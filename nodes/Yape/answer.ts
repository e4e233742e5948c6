import type { ProviderEvent } from '../../lib/event/envelope';
import type { Answer, Outcome } from '../../lib/receive/provider';

const STATUSES: readonly unknown[] = ['pending', 'validated', 'inconsistent'];

/**
 * What the Yape Notifier app expects of `POST /api/notifications`: 201 with the notification, for a
 * duplicate too. Refusals are the common ones; the app tries again after any status but 401 and 403,
 * for which it waits until its user signs in.
 *
 * @see https://github.com/camiloreynaga/yape-notifier apps/api/app/Http/Controllers/NotificationController.php
 */
export function notificationAnswer(outcome: Outcome): Answer | undefined {
	switch (outcome.kind) {
		case 'accepted':
			return answer(201, outcome.event, { message: 'Notification created successfully' });
		case 'duplicate':
			return answer(
				201,
				outcome.event,
				{ message: 'Notification received (duplicate detected)' },
				true,
			);
		case 'ignored':
			return answer(200, outcome.event, {
				ignored: true,
				message: 'Notification received (not selected)',
			});
		default:
			return undefined;
	}
}

function answer(
	status: number,
	{ id, type, time, data }: ProviderEvent,
	said: Readonly<Record<string, unknown>>,
	isDuplicate = false,
): Answer {
	// As the app's own server does with what is not surely a payment.
	const doubtful = type === 'yape.notification.other';
	const notification = {
		id,
		device_id: data.deviceId,
		source_app: data.app,
		package_name: data.packageName,
		title: data.title,
		body: data.text,
		amount: data.amount,
		currency: data.currency ?? 'PEN',
		payer_name: data.payerName,
		posted_at: data.postedAt,
		received_at: data.receivedAt ?? time.toISOString(),
		status: doubtful ? 'inconsistent' : STATUSES.includes(data.status) ? data.status : 'pending',
		is_duplicate: isDuplicate,
	};
	return { status, headers: {}, body: { ...said, notification } };
}
