import { describe, expect, test } from 'vitest';
import { MalformedBodyError } from '../../lib/receive/provider.ts';
import type { FieldMapping } from '../../lib/yape/notificationFields.ts';
import { readNotification } from '../../lib/yape/notification.ts';
import { paymentEvent, type PaymentOrigin } from '../../lib/yape/paymentEvent.ts';
import { unreadMoney } from '../../lib/yape/readPayment.ts';
import { yapeNotification, yapeRecord } from '../support/yape.mts';

const YAPE_APP = 'com.bcp.innovacxion.yapeapp';

const RECEIVED_AT = new Date('2026-03-01T10:00:05.000Z');

interface Options extends Partial<PaymentOrigin> {
	mapping?: FieldMapping;
}

function event(body: unknown, { mapping, ...origin }: Options = {}) {
	return paymentEvent(readNotification(body, mapping), { receivedAt: RECEIVED_AT, ...origin });
}

const app = (overrides: Record<string, unknown> = {}, options?: Options) =>
	event(yapeNotification(overrides), options);

test('a record is the same event whether the server broadcasts it or is asked for it', () => {
	const broadcast = event(yapeRecord());
	// The list of notifications has two fields more.
	const listed = event({
		...yapeRecord(),
		android_user_id: 10,
		raw_json: { key: '0|com.bcp.innovacxion.yapeapp|1' },
	});
	expect(listed.id).toBe(broadcast.id);
	expect(event(yapeRecord({ body: 'Yape! ANA RUIZ te envió un pago por S/ 50' })).id).not.toBe(
		broadcast.id,
	);
});

describe('bodies', () => {
	test('what the Yape Notifier app posts', () => {
		const found = app();
		expect(found).toMatchObject({
			source: '/yape/7f1c2b1e-0c54-4f0e-9d0e-2f6c1f6f0a11',
			type: 'yape.payment.received',
			subject: 'JUAN PEREZ',
			time: new Date('2026-03-01T10:00:00.123Z'),
			raw: yapeNotification(),
		});
		expect(found.data).toEqual({
			amount: '50.00',
			amountCents: 5000,
			currency: 'PEN',
			payerName: 'JUAN PEREZ',
			payeeName: null,
			securityCode: null,
			operationNumber: null,
			direction: 'in',
			format: 'yape-payment',
			app: 'yape',
			packageName: 'com.bcp.innovacxion.yapeapp',
			deviceId: '7f1c2b1e-0c54-4f0e-9d0e-2f6c1f6f0a11',
			title: 'Confirmación de Pago',
			text: 'Yape! JUAN PEREZ te envió un pago por S/ 50',
			postedAt: '2026-03-01T10:00:00.123Z',
			receivedAt: '2026-03-01T10:00:01.456Z',
			status: 'pending',
			note: null,
		});
	});

	test("what Yape Notifier's server broadcasts", () => {
		expect(event(yapeRecord())).toMatchObject({
			source: '/yape/9',
			type: 'yape.payment.received',
			data: { amountCents: 5000, payerName: 'JUAN PEREZ', app: 'yape', deviceId: '9' },
		});
	});

	test.each([
		[
			'text',
			{
				title: 'Yape',
				text: 'JUAN te yapeó S/ 5',
				package: 'com.bcp.innovacxion.yapeapp',
				postTime: 1772359200123,
				device: 'till 1',
			},
		],
		[
			'message',
			{
				title: 'Yape',
				message: 'JUAN te yapeó S/ 5',
				app: 'Yape',
				when: '1772359200',
				deviceId: 'till 1',
			},
		],
		[
			'content',
			{
				titulo: 'Yape',
				content: 'JUAN te yapeó S/ 5',
				pkg: 'com.bcp.innovacxion.yapeapp',
				time: '2026-03-01T10:00:00Z',
				device_name: 'till 1',
			},
		],
		[
			'nested',
			{
				notification: {
					title: 'Yape',
					text: 'JUAN te yapeó S/ 5',
					packageName: 'com.bcp.innovacxion.yapeapp',
					postTime: 1772359200,
				},
				device: { id: 'till 1' },
			},
		],
		[
			'names with dots',
			{
				'android.title': 'Yape',
				'android.text': 'JUAN te yapeó S/ 5',
				'filterbox.field.PACKAGE_NAME': 'com.bcp.innovacxion.yapeapp',
				'filterbox.field.WHEN': 1772359200000,
				device: 'till 1',
			},
		],
	])('a forwarder of Android notifications: %s', (_name, body) => {
		expect(event(body)).toMatchObject({
			source: '/yape/till%201',
			type: 'yape.payment.received',
			data: { amountCents: 500, app: 'yape', title: 'Yape', payerName: 'JUAN' },
		});
		expect(event(body).time.toISOString()).toMatch(/^2026-03-01T10:00:00/);
	});

	test('any other one, with its fields named', () => {
		const body = {
			body: 'this is something else',
			n: { t: 'Yape', x: 'JUAN te yapeó S/ 5', p: 'com.bcp.innovacxion.yapeapp', w: 1772359200 },
			'my.key': '0|yape|7',
			phone: 3,
		};
		const mapping = {
			title: 'n.t',
			text: 'n.x',
			package: 'n.p',
			time: 'n.w',
			key: 'my.key',
			device: 'phone',
		};
		const found = event(body, { mapping });
		expect(found).toMatchObject({ source: '/yape/3', type: 'yape.payment.received' });
		expect(event({ ...body, 'my.key': '0|yape|8' }, { mapping }).dedupeKey).not.toBe(
			found.dedupeKey,
		);
	});

	test.each([[[]], [null], ['text'], [5], [[1, 'x']]])('%j is no object', (body) => {
		expect(() => event(body)).toThrow(MalformedBodyError);
	});

	test.each([
		[{}, 'app_unknown'],
		[{ device_id: 'phone', amount: 50 }, 'app_unknown'],
		[{ text: 5, pkg: YAPE_APP }, 'unknown_format'],
		[{ pkg: YAPE_APP }, 'no_text'],
		[{ body: 'x', title: true, device_id: 'y', key: { a: 1 }, pkg: YAPE_APP }, 'unknown_format'],
		[{ body: 'x', amount: {}, currency: [], status: {}, pkg: YAPE_APP }, 'unknown_format'],
		[{ body: { constructor: 'x' }, constructor: 1, pkg: YAPE_APP }, 'no_text'],
	])('%j is never refused: %s', (body, note) => {
		expect(event(body)).toMatchObject({
			type: 'yape.notification.other',
			raw: body,
			data: { note },
		});
	});

	test('a field that the user named and that is not there leaves no text', () => {
		const found = event({ text: 'x', pkg: YAPE_APP }, { mapping: { text: 'my.text' } });
		expect(found.data.note).toBe('no_text');
	});

	const SAID = 'JUAN te yapeó S/ 5';

	test.each([
		['nested extras', { pkg: YAPE_APP, extras: { 'android.title': 'Yape', 'android.text': SAID } }],
		['payload', { payload: { package_name: YAPE_APP.toUpperCase(), notification_text: SAID } }],
		['Spanish', { Paquete: YAPE_APP, Título: 'Yape', Mensaje: SAID }],
		['contenido', { app: YAPE_APP, contenido: SAID }],
		['only the long form', { app: { packageName: YAPE_APP }, data: { bigText: SAID } }],
		['short and long', { pkg: YAPE_APP, text: 'S/ 5', bigText: SAID }],
		['a list of one', [{ pkg: YAPE_APP, text: SAID }]],
		['lines', { pkg: YAPE_APP, textLines: [SAID] }],
		['application_id', { application_id: YAPE_APP, notification: { body: SAID } }],
		['from', { from: YAPE_APP, text: SAID }],
		[
			'MacroDroid’s magic texts',
			{ not_app_package: YAPE_APP, not_title: 'Yape', notification: SAID },
		],
		['AutoNotification', { anpackage: YAPE_APP, anapp: 'Yape', antitle: 'Yape', antextbig: SAID }],
		['notif_', { app_package: YAPE_APP, notif_title: 'Yape', notif_text: SAID }],
		['android_', { package: YAPE_APP, extras: { android_title: 'Yape', android_text: SAID } }],
		['EXTRA_', { pkg: YAPE_APP, bundle: { EXTRA_TITLE: 'Yape', EXTRA_TEXT: SAID } }],
		['the package in the key alone', { key: `0|${YAPE_APP}|7|null|10123`, text: SAID }],
		[
			'a type of its own',
			{ type: 'new_message', event: 'notification.posted', pkg: YAPE_APP, text: SAID },
		],
		['the forwarder’s own package', { forwarder_package: 'com.tasker', pkg: YAPE_APP, text: SAID }],
	])('%s', (_name, body) => {
		expect(event(body)).toMatchObject({
			type: 'yape.payment.received',
			data: {
				amountCents: 500,
				payerName: 'JUAN',
				app: 'yape',
				receivedAt: RECEIVED_AT.toISOString(),
			},
		});
	});

	test.each([
		['28/01/2026 11:19:05', '2026-01-28T16:19:05.000Z'],
		['28-01-2026, 11:19 p. m.', '2026-01-29T04:19:00.000Z'],
		['2026-01-28 11:19:00', '2026-01-28T16:19:00.000Z'],
		['2026-01-28T11:19:00Z', '2026-01-28T11:19:00.000Z'],
		['28/01/2026 - 11:19:05', '2026-01-28T16:19:05.000Z'],
		['28/01/2026 a las 11:19', '2026-01-28T16:19:00.000Z'],
		['11:19:05 28/01/2026', '2026-01-28T16:19:05.000Z'],
		['11:19 p. m., 28-01-2026', '2026-01-29T04:19:00.000Z'],
		['31/02/2026 11:19:00', null],
		['28/01/2026', null],
	])('the time %s is %s', (fecha, postedAt) => {
		expect(event({ pkg: YAPE_APP, text: SAID, fecha }).data.postedAt).toBe(postedAt);
	});

	test('day and time of the day in two fields', () => {
		const found = event({ pkg: YAPE_APP, text: SAID, fecha: '28/01/2026', hora: '11:19:05' });
		expect(found.data.postedAt).toBe('2026-01-28T16:19:05.000Z');
	});

	test('several notifications in one delivery are each told', () => {
		const notifications = [
			{ text: SAID, pkg: YAPE_APP },
			{ text: 'ANA te yapeó S/ 7', pkg: YAPE_APP },
			{ text: 'EVA te yapeó S/ 9', pkg: 'com.whatsapp' },
		];
		for (const body of [notifications, { device: 'till 1', notifications }]) {
			expect(event(body)).toMatchObject({
				type: 'yape.notification.other',
				data: { note: 'several_payments', payments: [{ amountCents: 500 }, { amountCents: 700 }] },
			});
		}
	});

	test('a device with any name makes a valid source', () => {
		expect(event({ text: 'x', device: 'Ñandú /\uD800' }).source).toBe(
			'/yape/%C3%91and%C3%BA%20%2F%EF%BF%BD',
		);
		expect(event({ text: 'x' }).source).toBe('/yape');
	});
});

describe("the text decides, the sender's own fields may only speak against it", () => {
	const other = (note: string) => ({
		type: 'yape.notification.other',
		data: { amount: null, amountCents: null, currency: null, payerName: null, note },
	});
	const received = { type: 'yape.payment.received', data: { amountCents: 5000, note: null } };

	test.each([
		[{ amount: null }, received],
		[{ amount: '50.00' }, received],
		[{ amount: '50' }, received],
		[{ payer_name: 'Somebody Else', status: 'inconsistent' }, received],
		[{ amount: 500 }, other('conflict')],
		[{ amount: 0 }, other('conflict')],
		[{ amount: 'fifty' }, other('conflict')],
		[{ currency: 'USD' }, other('conflict')],
		[{ body: 'Yapea y gana S/ 50', amount: 50, status: 'validated' }, other('unknown_format')],
		[{ package_name: 'com.whatsapp' }, other('app_unknown')],
		[{ package_name: null, raw_json: null, source_app: 'whatsapp' }, other('app_unknown')],
		[{ package_name: null, raw_json: null, source_app: null }, other('app_unknown')],
		[{ package_name: 'com.yape.clone.yapeapp' }, other('app_unknown')],
		[{ raw_json: { package_name: 'com.whatsapp' } }, other('app_unknown')],
		[{ from: '+51900000001' }, other('app_unknown')],
		[{ app_name: 'WhatsApp' }, other('app_unknown')],
		[{ app_name: 'Yape Perú' }, received],
	])('%j', (overrides, expected) => {
		expect(app(overrides)).toMatchObject(expected);
	});

	test("the text's name counts, and the sender's where the text has none", () => {
		expect(app({ payer_name: 'X' }).data.payerName).toBe('JUAN PEREZ');
		expect(app({ body: 'Te enviaron S/ 50 a tu Yape' }).data.payerName).toBe('JUAN PEREZ');
	});

	const text = 'JUAN te yapeó S/ 50';

	test.each([
		[{ text }],
		[{ text, from: '+51900000001' }],
		[{ text, from: 'Yape' }],
		[{ text, title: 'Yape' }],
		[{ text, app: { packageName: 'com.whatsapp', name: 'Yape' } }],
		[{ text, application_id: 'com.google.android.apps.messaging' }],
		[{ text, bundleId: 'net.whatsapp.WhatsApp', app: 'Yape' }],
		[{ text, data: { extras: { pkg: 'pe.plin.fake' } }, package: 'com.bcp.innovacxion.yapeapp' }],
		[{ text, app: 'Yape', key: '0|com.whatsapp|1|null|10123' }],
		[{ text, pkg: YAPE_APP, sbn: { key: '0|com.google.android.apps.messaging|3|null|10' } }],
		[{ text, app: 'Yape', source_package: 'com.whatsapp' }],
		[{ text, app: 'Yape', opPkg: 'com.whatsapp' }],
		[{ text, appName: 'Yape', srcApp: 'com.whatsapp' }],
		[{ text, app: 'Yape', type: 'sms' }],
		[{ text, app: 'Yape', event: 'sms:received' }],
		[{ text, app: 'Yape', channel: 'whatsapp' }],
		[{ text, app: 'Yape', msisdn: '+51900000001' }],
		[{ text, app: 'Yape', in_number: '+51900000001' }],
		[{ text, app: 'Yape', chatId: '51900000001@c.us' }],
	])('%j may be from anybody', (body) => {
		expect(event(body)).toMatchObject(other('app_unknown'));
	});

	test('without a name of the app it is a payment only where the user took the danger', () => {
		expect(event({ text }, { acceptUnknownApp: true })).toMatchObject(received);
		const chat = { text, packageName: 'com.whatsapp' };
		expect(event(chat, { acceptUnknownApp: true })).toMatchObject(other('app_unknown'));
	});

	test('a sender that the user named', () => {
		const body = { text, from: '+51900000001' };
		expect(event(body, { furtherWallets: ['+51900000001'] })).toMatchObject(received);
		const sms = { ...body, type: 'sms' };
		expect(event(sms, { furtherWallets: ['+51900000001'] })).toMatchObject(received);
		const chat = { ...body, packageName: 'com.whatsapp' };
		expect(event(chat, { furtherWallets: ['+51900000001'] })).toMatchObject(other('app_unknown'));
	});

	test('what was sent has a payee, not a payer', () => {
		expect(app({ body: 'Enviaste S/ 50.00 a María' })).toMatchObject({
			type: 'yape.payment.sent',
			data: { amountCents: 5000, payerName: null, payeeName: 'María', direction: 'out' },
		});
	});

	test.each([
		[YAPE_APP, '', 'yape.payment.received', null],
		['com.bcp.bank.bcp', '', 'yape.notification.other', 'paid_to_bank'],
		['pe.com.interbank.mobilebanking', 'Tu tarjeta', 'yape.notification.other', 'paid_to_bank'],
		['pe.com.interbank.mobilebanking', 'Plin', 'yape.payment.received', null],
	])(
		'a bank (%s, %s) may say of its own card that a payment was received',
		(pkg, title, type, note) => {
			const told = event({ pkg, title, text: 'Pago recibido por S/ 15' });
			expect(told).toMatchObject({ type, data: { note } });
			expect(event({ pkg, title, text: 'Pago recibido S/ 15 de ROSA' }).data.note).toBe(null);
		},
	);

	test('an app that the user trusts is a wallet too', () => {
		const overrides = { source_app: null, package_name: 'com.google.android.gm' };
		expect(app(overrides).type).toBe('yape.notification.other');
		expect(app(overrides, { furtherWallets: ['com.google.android.gm'] })).toMatchObject({
			type: 'yape.payment.received',
			data: { app: 'com.google.android.gm' },
		});
	});

	test.each([
		['pe.com.interbank.mobilebanking', 'plin', 'plin'],
		['pe.com.interbank.mobilebanking', null, 'interbank'],
		['com.bbva.nxt_peru', null, 'bbva'],
		['com.bcp.bank.bcp', null, 'bcp'],
		[null, 'Scotiabank', 'scotiabank'],
	])('package %s, app %s: %s', (package_name, source_app, expected) => {
		const body = 'JOHN DOE te ha plineado S/ 50';
		expect(app({ package_name, source_app, body }).data.app).toBe(expected);
	});
});

describe('identity', () => {
	const key = (overrides: Record<string, unknown> = {}) => app(overrides).dedupeKey;
	const withOperation = 'Recibiste un yapeo de S/ 50 de Ana. Nro. de operación: 12345678';

	test('an operation number is one, whatever else differs', () => {
		const found = app({ body: withOperation });
		expect(found.id).toBe('yape|op|12345678');
		expect(key({ body: withOperation, posted_at: null, device_id: 'other', title: '' })).toBe(
			found.dedupeKey,
		);
		expect(key({ body: withOperation.replace('5678', '5679') })).not.toBe(found.dedupeKey);
	});

	test('a retry is the same for ever', () => {
		expect(app().id).toMatch(/^yape\|5000\|2026-03-01T10:00:00Z\|[0-9a-f]{16}$/);
		const later = { receivedAt: new Date('2026-03-03T10:00:00Z') };
		expect(app({}, later).dedupeKey).toBe(key());
		expect(key({ received_at: '2026-03-03T10:00:00Z', status: 'validated', amount: null })).toBe(
			key(),
		);
		expect(key({ posted_at: '2026-03-01T10:00:00Z' })).toBe(key());
		expect(key({ posted_at: 1772359200 })).toBe(key());
		expect(app().momentary).toBeUndefined();
	});

	test.each([
		['another second', { posted_at: '2026-03-01T10:00:01.123Z' }],
		['another key', { raw_json: { key: '0|com.bcp.innovacxion.yapeapp|2' } }],
		['another phone', { device_id: 'b' }],
		['another copy of the app', { android_user_id: 999 }],
		['another app', { source_app: 'plin' }],
		['another payer', { body: 'Yape! ANA te envió un pago por S/ 50' }],
		['another amount', { body: 'Yape! JUAN PEREZ te envió un pago por S/ 51', amount: 51 }],
		[
			'another code',
			{ body: 'JUAN PEREZ te envió un pago por S/ 50. El cód. de seguridad es: 001' },
		],
		['the other direction', { body: 'Enviaste S/ 50 a JUAN PEREZ' }],
		['no payment', { amount: 1 }],
	])('%s is another event', (_name, overrides) => {
		expect(key(overrides)).not.toBe(key());
	});

	test('a notification that Android shows again at another second is another event', () => {
		const raw_json = { key: 'one key for all' };
		expect(key({ raw_json, posted_at: '2026-03-01T10:00:03Z' })).not.toBe(key({ raw_json }));
	});

	test('a key alone is enough', () => {
		const bare = (notificationKey: string, receivedAt = RECEIVED_AT) =>
			event({ text: 'JUAN te yapeó S/ 5', app: 'yape', key: notificationKey }, { receivedAt });
		expect(bare('a').momentary).toBeUndefined();
		expect(bare('a').dedupeKey).toBe(bare('a', new Date(0)).dedupeKey);
		expect(bare('a').dedupeKey).not.toBe(bare('b').dedupeKey);
	});

	test('without key and time: the signed id of the delivery, or the record of the server', () => {
		const text = 'JUAN te yapeó S/ 5';
		const signed = (deliveryId: string) => event({ text }, { deliveryId });
		expect(signed('msg_1').momentary).toBeUndefined();
		expect(signed('msg_1').id).toBe(signed('msg_1').id);
		expect(signed('msg_1').id).not.toBe(signed('msg_2').id);
		expect(app({}, { deliveryId: 'msg_1' }).id).toBe(app({}, { deliveryId: 'msg_2' }).id);
		const record = (id: number) => event(yapeRecord({ id, posted_at: null }));
		expect(record(17).momentary).toBeUndefined();
		expect(record(17).id).not.toBe(record(18).id);
	});

	test('without any of them, equal content is a repeat only for a moment', () => {
		const bare = (receivedAt: Date) => event({ text: 'JUAN te yapeó S/ 5' }, { receivedAt });
		const first = bare(RECEIVED_AT);
		const second = bare(new Date(RECEIVED_AT.getTime() + 3_600_000));
		expect(first.momentary).toEqual(second.momentary);
		expect(first.momentary?.windowMs).toBe(30_000);
		expect(first.dedupeKey).not.toBe(second.dedupeKey);
	});
});

describe('what looks like money and is no payment is told without names and amounts', () => {
	const told = (body: object) => unreadMoney(event(body));

	test.each([
		[{ pkg: YAPE_APP, text: 'ROSA CAMPOS te regresó S/ 1,250.00' }, '"Xxx te Xxx S/ #"'],
		[{ text: 'Rosa Campos te yapeó S/ 50' }, '"Xxx te yapeó S/ #"'],
		[{ pkg: YAPE_APP, text: 'Rosa te yapeó S/ 50\nAna te yapeó S/ 250' }, '2 payments'],
	])('%j', (body, shape) => {
		expect(told(body)).toContain(shape);
		expect(told(body)).not.toMatch(/rosa|campos|250|50/i);
	});

	test.each([
		[{ pkg: YAPE_APP, text: 'Tu Yape cumple años' }],
		[{ pkg: YAPE_APP, text: 'Rosa te yapeó S/ 50' }],
		[{ pkg: 'com.whatsapp', text: 'te debo S/ 50' }],
	])('%j: nothing', (body) => expect(told(body)).toBeUndefined());
});
