import type { ProviderEvent } from '../event/envelope';
import { fieldCents, formatCents } from './amount';
import { identify } from './identity';
import type { YapeNotification } from './notification';
import { deniesPayment } from './names';
import { readPayment, type Reading, type TextPayment } from './readPayment';
import { shownBy, type ShownBy, isBank, walletOf } from './wallets';
import type { NotAPayment, YapeEventType } from './vocabulary';

/** First part of every event's `source`. */
export const YAPE = 'yape';

/** How the event came, for what the notification itself does not say. */
export interface PaymentOrigin {
	readonly receivedAt: Date;
	/** An id of the delivery that is signed and stays the same over retries. */
	readonly deliveryId?: string;
	/** Packages or names of apps that count as wallets besides the known ones, in lower case. */
	readonly furtherWallets?: readonly string[];
	/**
	 * Whether a text may be a payment although nothing says which app showed it. Anybody who gets a
	 * text onto the phone can feign one then.
	 */
	readonly acceptUnknownApp?: boolean;
}

/** Two equal notifications without time and key are one when they come this close together. */
const MOMENTARY_WINDOW_MS = 30_000;

/**
 * Turns a notification into an event. Only the text makes it a payment, and only where nothing
 * contradicts it: another amount or currency in the sender's own fields, another title, an app that
 * is no wallet. All else is `yape.notification.other`, whose `note` says why.
 */
export function paymentEvent(notification: YapeNotification, origin: PaymentOrigin): ProviderEvent {
	const { deliveryId } = origin;
	const { reading, title, text, shown } = readSaid(notification, origin);
	const { payment } = reading;
	const type = typeOf(payment);
	const app = appOf(notification, shown, payment);
	const received = notification.receivedAt ?? origin.receivedAt;
	const { id, momentaryKey } = identify({
		type,
		app,
		payment,
		notification,
		title,
		text,
		deliveryId,
		receivedAt: origin.receivedAt,
	});
	const subject = payment?.name ?? undefined;
	return {
		id,
		source: sourceOf(notification.deviceId),
		type,
		...(subject === undefined ? {} : { subject }),
		time: notification.postedAt ?? received,
		dedupeKey: `${type}|${id}`,
		data: eventData(notification, { reading, title, text, shown }, app, received),
		raw: notification.raw,
		...(momentaryKey === undefined
			? {}
			: { momentary: { key: `${type}|${momentaryKey}`, windowMs: MOMENTARY_WINDOW_MS } }),
	};
}

/** What the event of a notification tells. */
function eventData(
	notification: YapeNotification,
	{ reading, title, text }: Said,
	app: string | null,
	received: Date,
) {
	const { payment } = reading;
	return {
		...dataOf(notification, payment),
		title,
		text,
		receivedAt: received.toISOString(),
		app,
		note: reading.note ?? null,
		...(reading.payment === undefined && reading.payments !== undefined
			? { payments: reading.payments.map(toldPayment) }
			: {}),
	};
}

/** `data` of every event of a wallet. */
export type PaymentEventData = ReturnType<typeof eventData>;

/** One of several, with the names that `data` has for one alone. */
function toldPayment({ direction, cents, name, securityCode, operationNumber }: TextPayment) {
	return {
		direction,
		amount: formatCents(cents),
		amountCents: cents,
		payerName: direction === 'in' ? name : null,
		payeeName: direction === 'out' ? name : null,
		securityCode,
		operationNumber,
	};
}

/** What a notification says, with the title and text that say so. */
interface Said {
	readonly reading: Reading;
	readonly title: string;
	readonly text: string;
	readonly shown: ShownBy;
}

function readSaid(notification: YapeNotification, origin: PaymentOrigin): Said {
	const { parts } = notification;
	if (parts.length > 1) return readParts(notification, parts, origin);
	const shown = shownBy(notification.named, origin.furtherWallets ?? []);
	const title = notification.titles[0] ?? '';
	const first = { title, text: notification.texts[0] ?? '', shown };
	const isTrusted =
		shown.standing === 'wallet' ||
		(shown.standing === 'unnamed' && origin.acceptUnknownApp === true);
	if (!isTrusted) return { ...first, reading: { note: 'app_unknown' } };
	const { text, reading } = readTexts(notification.titles, notification.texts);
	if (reading.payment === undefined) return { title, text, shown, reading };
	const note = contradiction(notification, reading.payment, shown);
	return { title, text, shown, reading: note === undefined ? reading : { note } };
}

/** One that is a payment alone is the event; several are told together, none is chosen. */
function readParts(
	whole: YapeNotification,
	parts: readonly YapeNotification[],
	origin: PaymentOrigin,
): Said {
	const said = parts.map((part) => readSaid(part, origin));
	const payments = said.flatMap(({ reading }) => reading.payment ?? reading.payments ?? []);
	const [only] = said.filter(({ reading }) => reading.payment !== undefined);
	if (payments.length === 1 && only !== undefined) return only;
	const shown = said[0]?.shown ?? { standing: 'unnamed' };
	const text = said.map((one) => one.text).join('\n');
	return {
		shown,
		title: whole.titles[0] ?? said[0]?.title ?? '',
		text,
		reading:
			payments.length > 1
				? { note: 'several_payments', payments }
				: { note: said[0]?.reading.note ?? 'unknown_format' },
	};
}

/**
 * Android and its forwarders give a text more than once: short, long, as a ticker. What any of them
 * says counts, unless another one says something else or takes it back.
 */
function readTexts(
	titles: readonly string[],
	texts: readonly string[],
): { readonly text: string; readonly reading: Reading } {
	const title = titles[0] ?? '';
	if (texts.length === 0 && title === '') return { text: '', reading: { note: 'no_text' } };
	const readings = (texts.length === 0 ? [''] : texts).map((text) => ({
		text,
		reading: readPayment(title, text),
	}));
	const [first] = readings;
	const paying = readings.filter(({ reading }) => reading.payment !== undefined);
	const [best] = [...paying].sort((a, b) => numbersIn(b.reading) - numbersIn(a.reading));
	if (best === undefined) {
		return (
			readings.find(({ reading }) => reading.note === 'several_payments') ??
			first ?? { text: '', reading: { note: 'no_text' } }
		);
	}
	const meanings = new Set(
		paying.map(({ reading }) => `${reading.payment?.direction}${reading.payment?.cents}`),
	);
	const others = readings.filter(({ reading }) => reading.payment === undefined);
	const isTakenBack =
		others.some(({ text }) => deniesPayment(text) || goesOn(text, paying)) ||
		titles.slice(1).some(deniesPayment);
	return meanings.size === 1 && !isTakenBack
		? best
		: { text: best.text, reading: { note: meanings.size > 1 ? 'ambiguous' : 'title_contradicts' } };
}

/** A longer form that begins like the payment and fits no format: its end may say anything. */
function goesOn(text: string, paying: ReadonlyArray<{ readonly text: string }>): boolean {
	return paying.some((one) => text.length > one.text.length && text.startsWith(one.text.trim()));
}

function numbersIn({ payment }: Reading): number {
	return [payment?.securityCode, payment?.operationNumber, payment?.name].filter(Boolean).length;
}

/** What a bank writes only of money that its customer is paid. */
const COLLECTED = /(?<!\p{L})(?:plin|yape|qr)(?!\p{L})/iu;

/** The text decides what it is; but an amount that two readers read differently is none. */
function contradiction(
	{ amount, currency, titles, texts }: YapeNotification,
	{ cents, notOfBanks }: TextPayment,
	shown: ShownBy,
): NotAPayment | undefined {
	if (notOfBanks && shown.standing === 'wallet' && isBank(shown.app)) {
		const isCollected = [...titles, ...texts].some((text) => COLLECTED.test(text));
		if (!isCollected) return 'paid_to_bank';
	}
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
	shown: ShownBy,
	payment: TextPayment | undefined,
): string {
	const label = app === null ? undefined : walletOf(app);
	if (shown.standing === 'wallet') return label ?? shown.app;
	if (shown.standing === 'other') return shown.app;
	return (app ?? packageName)?.toLowerCase() ?? payment?.app ?? 'unknown';
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
		postedAt: notification.postedAt?.toISOString() ?? null,
		status: notification.status,
	};
}
