import { createHash } from 'node:crypto';
import type { YapeNotification } from './notification';
import type { TextPayment } from './readPayment';
import type { YapeEventType } from './vocabulary';

/** Who an event is, for ever or for a moment. */
export interface Identity {
	readonly id: string;
	/** The content alone, where the sender says neither when nor which: the same may come again. */
	readonly momentaryKey?: string;
}

/** What the identity is made of. */
export interface Identified {
	readonly type: YapeEventType;
	readonly app: string;
	readonly payment: TextPayment | undefined;
	readonly notification: YapeNotification;
	/** As shown. */
	readonly title: string;
	readonly text: string;
	/** An id of the delivery that is signed and stays the same over retries. */
	readonly deliveryId: string | undefined;
	readonly receivedAt: Date;
}

/**
 * The identity of a notification. An operation number is one. Otherwise it is app, amount, name and
 * code with the second in which the phone showed it, the notification's key, and the phone: two
 * payments of one amount stay two if only one of these differs.
 *
 * Android keeps a notification's key when an app updates it, and apps also use one key for all they
 * show. So key and time both count: an update shown again at another second is another event, for
 * otherwise a second payment could pass for an update of the first. When the sender took notice of
 * it never counts, since that changes from attempt to attempt.
 */
export function identify(identified: Identified): Identity {
	const { type, app, payment, notification, title, text, deliveryId, receivedAt } = identified;
	if (payment?.operationNumber) return { id: `${app}|op|${payment.operationNumber}` };
	const { postedAt, recordId, deviceId } = notification;
	const { key, androidUserId } = recordId === null ? notification : NOT_IN_BROADCASTS;
	const content =
		payment === undefined
			? [title, text]
			: [payment.cents, payment.name, payment.securityCode, payment.direction];
	const start = payment === undefined ? app : `${app}|${payment.cents}`;
	const told =
		postedAt !== undefined || key !== null
			? [secondOf(postedAt), key]
			: recordId !== null
				? ['record', recordId]
				: deliveryId === undefined
					? undefined
					: ['delivery', deliveryId];
	const parts = [type, app, ...content, deviceId, androidUserId];
	if (told === undefined) {
		const momentaryKey = `${start}|${digest(parts)}`;
		return { id: `${momentaryKey}@${receivedAt.getTime()}`, momentaryKey };
	}
	const when = postedAt === undefined ? '' : `|${secondOf(postedAt)}`;
	return { id: `${start}${when}|${digest([...parts, ...told])}` };
}

/** The server tells these of a record only where it is asked for it: they cannot be part of it. */
const NOT_IN_BROADCASTS = { key: null, androidUserId: null };

/** To the second, since Yape Notifier's server keeps no more than that. */
function secondOf(time: Date | undefined): string | null {
	return time === undefined ? null : `${time.toISOString().slice(0, 19)}Z`;
}

/** 64 bits: no two notifications of one phone share it. */
function digest(parts: readonly unknown[]): string {
	return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}
