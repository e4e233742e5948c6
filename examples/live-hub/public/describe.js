// @ts-check
/** What the page shows of an envelope. Everything here is plain text that a stranger may have written. */

/**
 * @typedef {{ id: string, source: string, type: string, [attribute: string]: unknown }} EventEnvelope
 * @typedef {{ position: number, receivedAt: string, event: EventEnvelope, status?: string }} EventRecord
 * @typedef {'messages' | 'receipts' | 'reactions' | 'sessions' | 'payments' | 'orders' | 'refused' | 'other'} Family
 * @typedef {{ family: Family, icon: string, label: string, type: string, who: string, address: string,
 *   text: string, kind: string, file: string, channel: string, verification: string, verified: boolean,
 *   replayed: boolean, failed: boolean, when: Date, link: string, execution: string }} Description
 */

/** @type {Record<Family, string>} */
export const FAMILIES = {
	messages: 'Messages',
	receipts: 'Receipts',
	reactions: 'Reactions',
	sessions: 'Sessions',
	payments: 'Payments',
	orders: 'Orders',
	refused: 'Refused',
	other: 'Other',
};

/** @type {Record<string, [label: string, family: Family, icon: string]>} */
const TYPES = {
	'whatsapp.message.received': ['Message received', 'messages', 'received'],
	'whatsapp.message.sent': ['Message sent', 'messages', 'sent'],
	'whatsapp.message.edited': ['Message edited', 'messages', 'edited'],
	'whatsapp.message.deleted': ['Message deleted', 'messages', 'deleted'],
	'whatsapp.message.delivered': ['Delivered', 'receipts', 'delivered'],
	'whatsapp.message.read': ['Read', 'receipts', 'read'],
	'whatsapp.message.failed': ['Not delivered', 'receipts', 'failed'],
	'whatsapp.message.reaction': ['Reaction', 'reactions', 'reaction'],
	'whatsapp.status.posted': ['Status posted', 'messages', 'received'],
	'whatsapp.channel.posted': ['Channel post', 'messages', 'received'],
	'whatsapp.session.connected': ['Session connected', 'sessions', 'session'],
	'whatsapp.session.connecting': ['Session connecting', 'sessions', 'session'],
	'whatsapp.session.disconnected': ['Session disconnected', 'sessions', 'failed'],
	'whatsapp.session.qr': ['QR code to scan', 'sessions', 'session'],
	'yape.payment.received': ['Yape payment received', 'payments', 'payment'],
	'yape.payment.sent': ['Yape payment sent', 'payments', 'payment'],
	'yape.notification.other': ['Yape notification', 'other', 'other'],
	'realtime.gap': ['Nobody was listening', 'other', 'failed'],
	'webhook.refused': ['Deliveries refused', 'refused', 'failed'],
};

/** What a message without text still says, by kind of media. */
const KINDS = new Set(['image', 'audio', 'video', 'document', 'sticker', 'location', 'contact']);

/** @param {unknown} value @returns {Record<string, unknown>} */
function object(value) {
	return typeof value === 'object' && value !== null
		? /** @type {Record<string, unknown>} */ (value)
		: {};
}

/** The first value that is a text with something in it. @param {unknown[]} values */
function firstText(...values) {
	for (const value of values) if (typeof value === 'string' && value.trim() !== '') return value;
	return '';
}

/** Names that are not written the way a type writes them. @type {Record<string, string>} */
const NAMES = {
	actioncable: 'Action Cable',
	bcp: 'BCP',
	bbva: 'BBVA',
	github: 'GitHub',
	mercadopago: 'Mercado Pago',
	socketio: 'Socket.IO',
	whatsapp: 'WhatsApp',
	woocommerce: 'WooCommerce',
};

/** 'order.payment_failed' → 'Order payment failed', 'github.push' → 'GitHub push'. @param {string} type */
function humanise(type) {
	const words = type.replace(/[._\-/]+/g, ' ').trim();
	const [first = ''] = words.split(' ', 1);
	const name = Object.hasOwn(NAMES, first.toLowerCase()) ? NAMES[first.toLowerCase()] : undefined;
	return (name ?? first.charAt(0).toUpperCase() + first.slice(1)) + words.slice(first.length);
}

/** WhatsApp's address in a form people know; a group or hidden number stays as it is. @param {string} address */
function readableAddress(address) {
	const [, digits] = /^(\d{6,15})(?::\d+)?@(?:s\.whatsapp\.net|c\.us)$/.exec(address) ?? [];
	return digits ? `+${digits}` : address;
}

/** @param {Record<string, unknown>} data */
function amount(data) {
	const currency = data.currency === 'PEN' ? 'S/' : firstText(data.currency);
	return firstText(data.amount) && `${currency} ${firstText(data.amount)}`.trim();
}

/** @param {string} type @returns {[label: string, family: Family, icon: string]} */
function wordsFor(type) {
	const known = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
	if (known !== undefined) return known;
	// A shop's events have the names that the shop gives them.
	if (type.startsWith('kometia.order')) return [humanise(type.slice(8)), 'orders', 'order'];
	return [humanise(type), 'other', 'other'];
}

/** '#4711 · 1250.00 MXN · paid', as far as a shop's order tells. @param {Record<string, unknown>} order */
function orderText(order) {
	const price = firstText(order.total) && `${firstText(order.total)} ${firstText(order.currency)}`;
	return [firstText(order.number), price.trim(), firstText(order.status)]
		.filter((part) => part !== '')
		.join(' · ');
}

/** '12 refused: 10 × signature_mismatch, 2 × signature_missing'. @param {Record<string, unknown>} data */
function refusals({ refused, reasons }) {
	if (typeof refused !== 'number') return '';
	const each = (Array.isArray(reasons) ? reasons : []).map(object);
	const words = each.map(({ reason, count }) =>
		each.length === 1 ? String(reason) : `${String(count)} × ${String(reason)}`,
	);
	return `${refused} refused: ${words.join(', ')}`;
}

/** Where n8n shows the execution of an event, as the workflow that sent it says. @param {unknown} url */
function executionLink(url) {
	const text = firstText(url);
	return /^https?:\/\//.test(text) && URL.canParse(text) ? text : '';
}

/**
 * Number of the execution that an event first came in with, by which n8n finds it for a replay; empty: not known.
 * @param {EventEnvelope} event @param {string} link
 */
function receivingExecution({ replayof }, link) {
	const [, number = ''] = /\/executions\/(\d+)$/.exec(link) ?? [];
	return isReplay({ replayof }) ? String(replayof) : number;
}

/** @param {EventRecord} record @returns {Description} */
export function describe({ event, receivedAt, status }) {
	const data = object(event.data);
	const media = object(data.media);
	const subject = object(data.object);
	const [label, family, icon] = wordsFor(event.type);
	const outgoing = data.fromMe === true || family === 'receipts';
	const address = readableAddress(
		firstText(outgoing ? firstText(data.to, data.chatId) : firstText(data.from), event.subject),
	);
	const name = firstText(
		outgoing ? '' : data.pushName,
		data.payerName,
		object(subject.customer).name,
	);
	const session = firstText(data.session, data.store, humanise(firstText(data.app)), event.source);
	const who = firstText(name, address, session);
	const sent = new Date(firstText(event.time));
	const kind = firstText(data.kind);
	const verification = firstText(event.verification) || 'none';
	const link = executionLink(event.executionurl);
	return {
		family,
		icon,
		label,
		type: event.type,
		who: outgoing && who !== session ? `to ${who}` : who,
		address: address === who ? '' : address,
		text: firstText(data.text, amount(data), orderText(subject), refusals(data), event.message),
		kind: KINDS.has(kind) ? humanise(kind) : '',
		file: firstText(media.filename, media.fileName),
		channel: session === who ? '' : session,
		verification,
		verified: verification !== 'none',
		replayed: isReplay(event),
		failed: status === 'error' || status === 'crashed',
		when: Number.isNaN(sent.getTime()) ? new Date(receivedAt) : sent,
		link,
		execution: receivingExecution(event, link),
	};
}

/** The identity of a row: a retry and a replay carry the same pair. @param {EventEnvelope} event */
export function rowKey({ source, id }) {
	return JSON.stringify([source, id]);
}

/** True for an event that n8n sent again from its history. @param {{ replayof?: unknown }} event */
export function isReplay({ replayof }) {
	return replayof !== undefined && replayof !== null;
}
