import type { ProviderEvent } from '../event/envelope';
import { fieldCents, formatCents } from './amount';
import { identify } from './identity';
import type { YapeNotification } from './notification';
import { readPayment, type Reading, type TextPayment } from './readPayment';
import type { NotAPayment, YapeEventType } from './vocabulary';
import { walletOf } from './wallets';

/** First part of every event's `source`. */
export const YAPE = 'yape';

/** How the event came, for what the notification itself does not say. */
export interface PaymentOrigin {
	readonly receivedAt: Date;
	/** An id of the delivery that is signed and stays the same over retries. */
	readonly deliveryId?: string;
	/** Packages or names of apps that count as wallets besides the known ones, in lower case. */
	readonly furtherWallets?: readonly string[];
}

/** Two equal notifications without time and key are one when they come this close together. */
const MOMENTARY_WINDOW_MS = 30_000;

/**
 * Turns a notification into an event. Only the text makes it a payment, and only where nothing
 * contradicts it: another amount or currency in the sender's own fields, another title, an app that
 * is no wallet. All else is `yape.notification.other`, whose `note` says why.
 */
export function paymentEvent(
	notification: YapeNotification,
	{ receivedAt, deliveryId, furtherWallets = [] }: PaymentOrigin,
): ProviderEvent {
	const { payment, note } = readNotificationText(notification, furtherWallets);
	const type = typeOf(payment);
	const app = appOf(notification, payment, furtherWallets);
	const time = notification.postedAt ?? notification.receivedAt ?? receivedAt;
	const { id, momentaryKey } = identify({
		type,
		app,
		payment,
		notification,
		deliveryId,
		receivedAt,
	});
	const subject = payment?.name ?? undefined;
	return {
		id,
		source: sourceOf(notification.deviceId),
		type,
		...(subject === undefined ? {} : { subject }),
		time,
		dedupeKey: `${type}|${id}`,
		data: { ...dataOf(notification, payment), app, note: note ?? null },
		raw: notification.raw,
		...(momentaryKey === undefined
			? {}
			: { momentary: { key: `${type}|${momentaryKey}`, windowMs: MOMENTARY_WINDOW_MS } }),
	};
}

function readNotificationText(
	notification: YapeNotification,
	furtherWallets: readonly string[],
): Reading {
	const { title, text, packageName, app } = notification;
	const shownBy = packageName ?? app;
	if (shownBy !== null && walletOf(shownBy, furtherWallets) === undefined) {
		return { note: 'app_unknown' };
	}
	const reading = readPayment(title, text);
	if (reading.payment === undefined) return reading;
	const note = contradiction(notification, reading.payment);
	return note === undefined ? reading : { note };
}

/** The text decides what it is; but an amount that two readers read differently is none. */
function contradiction(
	{ amount, currency }: YapeNotification,
	{ cents }: TextPayment,
): NotAPayment | undefined {
	const given = fieldCents(amount);
	const sameAmount = given === undefined || given.includes(cents);
	const sameCurrency = currency === null || /^(?:PEN|S\/\.?|sol(?:es)?)$/i.test(currency);
	return sameAmount && sameCurrency ? undefined : 'conflict';
}

function typeOf(payment: TextPayment | undefined): YapeEventType {
	if (payment === undefined) return 'yape.notification.other';
	return payment.direction === 'in' ? 'yape.payment.received' : 'yape.payment.sent';
}

function appOf(
	{ app, packageName }: YapeNotification,
	payment: TextPayment | undefined,
	furtherWallets: readonly string[],
): string {
	const told = [app, packageName].filter((name) => name !== null);
	const wallet = told.map((name) => walletOf(name, furtherWallets)).find(Boolean);
	return wallet ?? told[0]?.toLowerCase() ?? payment?.app ?? 'unknown';
}

function sourceOf(deviceId: string | null): string {
	// A lone surrogate has no UTF-8 form, so it cannot stand in a URI.
	return deviceId === null
		? `/${YAPE}`
		: `/${YAPE}/${encodeURIComponent(deviceId.slice(0, 200).replaceAll(/\p{Surrogate}/gu, '\uFFFD'))}`;
}

function dataOf(notification: YapeNotification, payment: TextPayment | undefined) {
	const isIncoming = payment?.direction === 'in';
	return {
		amount: payment === undefined ? null : formatCents(payment.cents),
		amountCents: payment?.cents ?? null,
		currency: payment === undefined ? null : 'PEN',
		payerName: isIncoming ? (payment.name ?? notification.payerName) : null,
		payeeName: isIncoming ? null : (payment?.name ?? null),
		securityCode: payment?.securityCode ?? null,
		operationNumber: payment?.operationNumber ?? null,
		direction: payment?.direction ?? null,
		format: payment?.format ?? null,
		packageName: notification.packageName,
		deviceId: notification.deviceId,
		title: notification.title,
		text: notification.text,
		postedAt: notification.postedAt?.toISOString() ?? null,
		receivedAt: notification.receivedAt?.toISOString() ?? null,
		status: notification.status,
	};
}
