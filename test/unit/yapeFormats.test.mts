import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fieldCents, formatCents, readCents } from '../../lib/yape/amount.ts';
import { INCOMING, OUTGOING } from '../../lib/yape/formats.ts';
import { readPayment } from '../../lib/yape/readPayment.ts';
import { MORE_ADVERSARIAL, REPORTED_TEXTS } from '../support/walletTexts.mts';

const read = (text: string, title = '') => readPayment(title, text).payment;
const sentence = (amount: string) => `JUAN PEREZ te envió un pago por ${amount}`;

describe('every format, by the example in its own line', () => {
	test.each(INCOMING.map((format) => [format.name, format]))('%s', (name, { example, app }) => {
		expect(read(example)).toMatchObject({ direction: 'in', format: name, app });
	});

	test.each(OUTGOING.map((format) => [format.name, format]))('%s', (name, { example, app }) => {
		expect(read(example)).toMatchObject({ direction: 'out', format: name, app });
	});

	test('names are unique', () => {
		const names = [...INCOMING, ...OUTGOING].map(({ name }) => name);
		expect(new Set(names).size).toBe(names.length);
	});
});

/** [title, text, direction, céntimos, name, security code, operation number] */
const KNOWN: ReadonlyArray<
	[string, string, 'in' | 'out', number, string | null, (string | null)?, (string | null)?]
> = [
	// Format 1: from another wallet, without a code.
	['Confirmación de Pago', 'Yape! JUAN PEREZ te envió un pago por S/ 50', 'in', 5000, 'JUAN PEREZ'],
	[
		'',
		'Confirmación de Pago Carlos Orbegoso L. te envió un pago por S/ 0.1. El cód. de seguridad es: 608',
		'in',
		10,
		'Carlos Orbegoso L.',
		'608',
	],
	[
		'',
		'¡Yape! Jeferson ricardo Dilas te envió un pago por S/ 1.00',
		'in',
		100,
		'Jeferson ricardo Dilas',
	],
	['', 'Yape!JUAN te envio un pago por S/ 1', 'in', 100, 'JUAN'],
	// Format 2: from Yape to Yape.
	[
		'',
		'David Test* te envió un pago por S/ 2.00. El cód. de seguridad es: 999',
		'in',
		200,
		'David Test*',
		'999',
	],
	[
		'',
		'Yanina Man* te envió un pago por S/ 56.7. El cód. de seguridad es: 007',
		'in',
		5670,
		'Yanina Man*',
		'007',
	],
	[
		'',
		'Luis Alb* te envió un pago por S/ 1. El cod. de seguridad es: 000.',
		'in',
		100,
		'Luis Alb*',
		'000',
	],
	['', 'ANA te envió un pago por S/ 3. Código de seguridad: 0 4 2', 'in', 300, 'ANA', '042'],
	// Format 3: older.
	['', 'JUAN PEREZ te yapeó S/ 1.00', 'in', 100, 'JUAN PEREZ'],
	['', 'Te yapeó S/ 10.00 de Juan', 'in', 1000, 'Juan'],
	['', 'Te yapeó S/ 1,200.00 de Carlos', 'in', 120000, 'Carlos'],
	['', 'Te han yapeado S/ 50.00 de Pedro.', 'in', 5000, 'Pedro'],
	// Format 4.
	['¡Te yapearon!', 'MARIA te envió S/ 5 a tu Yape', 'in', 500, 'MARIA'],
	['¡Te yapearon!', 'Te enviaron S/ 5 a tu Yape', 'in', 500, null],
	['¡Te yapearon!', 'Recibiste un yape de S/ 5', 'in', 500, null],
	['', '¡Te yapearon! MARIA te envió S/ 5 a tu Yape', 'in', 500, 'MARIA'],
	['Te yapearon', '¡JUAN te envió S/ 5 a tu Yape!', 'in', 500, 'JUAN'],
	// Format 5: Plin.
	['Plin', 'JOHN DOE te ha plineado S/ 5.50', 'in', 550, 'JOHN DOE'],
	['Interbank', 'JOHN DOE te plineó S/ 5.50', 'in', 550, 'JOHN DOE'],
	['', 'Laura te plineo S/.20.00 · Plin', 'in', 2000, 'Laura'],
	// Format 6: BBVA.
	['BBVA', 'Cobro con QR: Maria te hizo un pago de S/ 23.9', 'in', 2390, 'Maria'],
	// Format 7: mails.
	['', 'Recibiste un yapeo de S/ 9.00 de Sebastian Ocaña', 'in', 900, 'Sebastian Ocaña'],
	[
		'',
		'Recibiste un yapeo de S/ 187,43 de Ana. Nro. de operación: 12345678',
		'in',
		18743,
		'Ana',
		null,
		'12345678',
	],
	['', 'Monto: S/ 187,43. Nro. de operación: 12345678', 'in', 18743, null, null, '12345678'],
	[
		'',
		'Hola German, Recibiste un yapeo de S/ 339.00 de Ana Ruiz.\nMonto recibido\nS/ 339.00\nEnviado por\nAna Ruiz',
		'in',
		33900,
		'Ana Ruiz',
	],
	['', 'Confirmación de Yapeo: Recibiste S/20.00 de JUAN P.', 'in', 2000, 'JUAN P.'],
	[
		'',
		'PEN 5.00 — Enviado por Sebastian Yparraguirre — N° de operación 2026090514264909',
		'in',
		500,
		'Sebastian Yparraguirre',
		null,
		'2026090514264909',
	],
	// Format 8: outgoing.
	['', 'Enviaste S/ 50.00 a María. El cód. de seguridad es: 123', 'out', 5000, 'María', '123'],
	['', 'Yapeaste S/ 1,200.50 a Wong', 'out', 120050, 'Wong'],
	[
		'¡Yapeaste!',
		'S/100 Juan C. Perez F. 22 nov. 2025 | 11:34 a.m. CÓDIGO DE SEGURIDAD 5 0 2 Nro. de operación 03443217',
		'out',
		10000,
		'Juan C. Perez F.',
		'502',
		'03443217',
	],
	['', 'Realizaste un yapeo de S/ 20 a Ana', 'out', 2000, 'Ana'],
	['', 'Monto enviado: S/ 30.00', 'out', 3000, null],
	[
		'',
		'Realizaste un consumo de S/ 6.30 con tu Tarjeta de Débito BCP en PYU*UBER.',
		'out',
		630,
		'PYU*UBER',
	],
	// Words in places where they mean nothing.
	['', 'Enviaste te envió un pago por S/ 50', 'in', 5000, 'Enviaste'],
	['', 'Yapeaste Lopez te yapeó S/ 50', 'in', 5000, 'Yapeaste Lopez'],
	['', 'BODEGA 24 HORAS te envió un pago por S/ 50', 'in', 5000, 'BODEGA 24 HORAS'],
	['', 'S/ 500 SAC te envió un pago por S/ 5', 'in', 500, 'S/ 500 SAC'],
	['', '50 CENT te envió un pago por S/ 5', 'in', 500, '50 CENT'],
	['', "O'HIGGINS-DÍAZ, JOSÉ te envió un pago por S/ 5", 'in', 500, "O'HIGGINS-DÍAZ, JOSÉ"],
	['', 'Nuñez Ñahui te envio un pago por s/ 5', 'in', 500, 'Nuñez Ñahui'],
	// What stands between the words.
	['', 'Yape! JUAN PEREZ\u00A0te\u00A0envió un pago por S/\u00A050', 'in', 5000, 'JUAN PEREZ'],
	['', 'Yape!\nJUAN\tPEREZ\r\nte envió un pago\n por S/\u202F50\n', 'in', 5000, 'JUAN PEREZ'],
	['', '\u2068JUAN\u2069 te\u200B envió un pago por \u200ES/ 50\u200F', 'in', 5000, 'JUAN'],
	['', 'JUAN\u200Bte\u200Benvió\u200Bun pago por S/ 50', 'in', 5000, 'JUAN'],
	['', 'JUAN te envio\u0301 un pago por S/ 50', 'in', 5000, 'JUAN'],
	['', '\uFEFFJUAN te envió un pago por S/\u00AD50', 'in', 5000, 'JUAN'],
	['JUAN PEREZ te yapeó', 'S/ 7', 'in', 700, 'JUAN PEREZ'],
];

test.each(KNOWN)(
	'%s | %s',
	(title, text, direction, cents, name, code = null, operation = null) => {
		expect(read(text, title)).toMatchObject({
			direction,
			cents,
			name,
			securityCode: code,
			operationNumber: operation,
		});
	},
);

test.each([
	['S/ 0.1', 10],
	['S/ 0.01', 1],
	['S/ 1', 100],
	['S/1', 100],
	['s/ 1', 100],
	['S/ 1.5', 150],
	['S/ 1,5', 150],
	['S/1,250.00', 125000],
	['S/. 1.250,00', 125000],
	['S/.1250.00', 125000],
	['S/ 1,250', 125000],
	// Three digits after a separator are thousands.
	['S/ 1.250', 125000],
	['S/ 1,234,567.89', 123456789],
	['S/ 1.234.567,89', 123456789],
	['S/ 187,43', 18743],
	['S/ 100.00.', 10000],
	['S/ 100.00. El cód. de seguridad es: 123', 10000],
	['PEN 5.00', 500],
	['S/ 50 soles', 5000],
	['S/ 999999999.99', 99999999999],
])('%s is %d céntimos', (amount, cents) => {
	expect(read(sentence(amount))?.cents).toBe(cents);
});

test.each(REPORTED_TEXTS)('in use: %s', (text, cents, name, title = '') => {
	expect(read(text, title)).toMatchObject({ direction: 'in', cents, name });
});

test.each([
	'JUAN te yapeó S/ 5\nANA te yapeó S/ 7\n2 avisos',
	'JUAN te yapeó S/ 5. ANA te yapeó S/ 7.',
	'JUAN te yapeó S/ 5, ANA te yapeó S/ 7',
	'Yape! JUAN te yapeó S/ 5 Yape! ANA te yapeó S/ 7',
	'JUAN te yapeó S/ 5 | ANA te yapeó S/ 7',
])('several in one text are each told, and none is chosen: %j', (text) => {
	expect(readPayment('', text)).toMatchObject({
		note: 'several_payments',
		payments: [
			{ name: 'JUAN', cents: 500 },
			{ name: 'ANA', cents: 700 },
		],
	});
});

/** Nothing here is a payment that came in. */
const ADVERSARIAL: ReadonlyArray<[text: string, title?: string]> = [
	...MORE_ADVERSARIAL,
	// Promotions.
	['Yapea y gana hasta S/ 500'],
	['¡Gana S/ 100 con Yape! Participa hoy'],
	['Recibiste S/ 10.00 de cashback'],
	['Recibiste S/ 10.00 de Cashback'],
	['Recibiste S/ 20 de regalo por tu cumpleaños'],
	['Recibiste S/ 5.00 de Descuento en tu recarga'],
	['Recibiste un yapeo de S/ 10 de Bonificación'],
	['Cashback Yape te envió S/ 5 a tu Yape'],
	['Yape te envió S/ 5 a tu Yape'],
	['Tu amigo te envió un pago por S/ 50'],
	['Hasta S/ 150 dscto. Solo hoy en Despegar'],
	['Productos desde S/ 5.00 hasta S/ 100'],
	['Adidas tiene zapatillas desde S/ 120. Paga con Yape'],
	['¡Felicidades! JUAN te envió un pago por S/ 50'],
	['Invita y recibe: JUAN te envió un pago por S/ 50'],
	['JUAN te envió un pago por S/ 50 y ya puedes participar'],
	['Participa por S/ 500.00', 'Yape: premios para ti'],
	['JUAN te envió un pago por S/ 50', 'Sorteo Yape'],
	['¿Ya te depositaron? Revisa tu dinero disponible'],
	['Te prestamos S/ 1,000 al toque'],
	// Requests.
	['JUAN te solicitó S/ 50'],
	['JUAN te solicitó un pago por S/ 50'],
	['JUAN te envió una solicitud de pago por S/ 50'],
	['JUAN te envió un pago por S/ 50', 'Solicitud de pago'],
	['JUAN te enviará un pago por S/ 50'],
	['JUAN quiere que le pagues S/ 50'],
	['JUAN que te envió un pago por S/ 50'],
	// What failed, or was taken back.
	['Pago rechazado: JUAN te envió un pago por S/ 50'],
	['Rechazado JUAN te envió un pago por S/ 50'],
	['JUAN te envió un pago por S/ 50 (rechazado)'],
	['JUAN te envió un pago por S/ 50. Pago anulado'],
	['JUAN te envió un pago por S/ 50', 'Pago anulado'],
	['JUAN te envió un pago por S/ 50', 'Operación fallida'],
	['JUAN no te envió un pago por S/ 50'],
	['JUAN casi te envió un pago por S/ 50'],
	['Si JUAN te envió un pago por S/ 50'],
	['¿JUAN te envió un pago por S/ 50?'],
	['Se extornó el yapeo de S/ 50 de JUAN'],
	['Recibiste S/ 50 de Devolución'],
	// What went out.
	['Enviaste S/ 50 a JUAN te envió un pago por S/ 50'],
	['Enviaste S/ 50.00 a María que te envió un pago por S/ 50'],
	['Yapeaste S/ 20 a Juan'],
	['Yapeaste! Juan te envió un pago por S/ 5', 'Yapeaste'],
	['Realizaste un yapeo'],
	['Realizaste un pago con éxito'],
	['Enviaste un yape'],
	['JUAN te envió un pago por S/ 50', '¡Yapeaste!'],
	['Monto: S/ 50.00. Nro. de operación: 12345678', 'Constancia de transferencia'],
	['Constancia de transferencia. Monto: S/ 187,43. Nro. de operación: 12345678'],
	['Has enviado S/ 50 a JUAN'],
	['Monto: S/ 187,43'],
	// Two amounts.
	['JUAN te envió un pago por S/ 50 y S/ 20'],
	['JUAN te envió un pago por S/ 50 de S/ 100'],
	['JUAN te envió un pago por S/ 50. ANA te envió un pago por S/ 20'],
	['JUAN te envió un pago por S/ 500 te envió un pago por S/ 1'],
	['Recibiste S/ 500 de Juan te envió un pago por S/ 1'],
	['Recibiste S/ 50 de JUAN y S/ 20'],
	['Te enviaron S/ 500 a tu Yape. JUAN te envió un pago por S/ 1'],
	['Recibiste un yapeo de S/ 339.00 de Ana. Monto recibido S/ 33.00 Enviado por Ana'],
	// Amounts that are none, or may be several.
	[sentence('S/ 0')],
	[sentence('S/ 0.00')],
	[sentence('S/ -50')],
	[sentence('-S/ 50')],
	[sentence('S/ 1.2500')],
	[sentence('S/ 0.125')],
	[sentence('S/ 1.250.00')],
	[sentence('S/ 1,25,000')],
	[sentence('S/ 1,,250')],
	[sentence('S/ 1.250,000')],
	[sentence('S/ 05.00')],
	[sentence('S/ 1 250.00')],
	[sentence('S/ 1.22 nov. 2025')],
	[sentence('S/ 1 10:30')],
	[sentence('S/ 5O')],
	[sentence('S/ 50%')],
	[sentence('S/ 50k')],
	[sentence('S/ 1e3')],
	[sentence('S/ 9999999999')],
	[sentence('S/ 1...')],
	[sentence('S/ 1…')],
	[sentence('S/')],
	[sentence('50')],
	[sentence('hasta S/ 50')],
	// Other currencies.
	[sentence('$ 50')],
	[sentence('US$ 50')],
	[sentence('USD 50')],
	[sentence('S/ 50 USD')],
	[sentence('S/ 50 dólares')],
	[sentence('S/ 50$')],
	[sentence('€ 50')],
	[sentence('Bs 50')],
	[sentence('S$ 50')],
	[sentence('PEN$ 50')],
	// Digits and letters of other scripts.
	[sentence('S/ ٥٠')],
	[sentence('S/ 5٠')],
	[sentence('S/ ５０')],
	[sentence('S/ 5０')],
	[sentence('S/ ५०')],
	[sentence('S/ 𝟓𝟎')],
	[sentence('S/ 5²')],
	[sentence('S/ 5½')],
	[sentence('S/ 5\uFE0F\u20E3')],
	[sentence('S/ 5🔟')],
	[sentence('\u0405/ 50')],
	// Words without a payment.
	[''],
	['Tu Yape está listo'],
	['Pago'],
	['S/ 50'],
	['te envió un pago por S/ 50'],
	['123 te envió un pago por S/ 50'],
	['Alguien pagó S/ 50 en tu tienda'],
	['Tu clave cambió. Si no fuiste tú, llama al 01 311 9898'],
	['JUAN: te envió un pago por S/ 50'],
	['<b>JUAN</b> te envió un pago por S/ 50'],
];

describe('what is no payment', () => {
	test('there are many', () => expect(ADVERSARIAL.length).toBeGreaterThanOrEqual(200));

	test.each(ADVERSARIAL)('%s | %s', (text, title = '') => {
		expect(read(text, title)?.direction).not.toBe('in');
	});

	test.each([
		['JUAN te debe S/ 50', '', 'unknown_format'],
		['Realizaste un yapeo', '', 'outgoing'],
		[sentence('S/ 0'), '', 'amount_unclear'],
		['Recibiste S/ 50 de JUAN y S/ 20', '', 'ambiguous'],
		[sentence('S/ ٥٠'), '', 'other_digits'],
		['JUAN no te envió un pago por S/ 50', '', 'not_a_name'],
		[sentence('S/ 50'), 'Pago anulado', 'title_contradicts'],
		[`${'x'.repeat(4001)}`, '', 'text_too_long'],
	])('%s | %s: %s', (text, title, note) => {
		expect(readPayment(title, text)).toEqual({ note });
	});

	test('no text makes it throw, or credit what it does not say', () => {
		const words = fc.constantFrom(
			...['JUAN', 'te envió un pago por', 'S/ 50', 'Recibiste', 'un yapeo de', 'de', 'Yape!'],
			...[
				'Enviaste',
				'te yapeó',
				'S/ 20',
				'no',
				'$ 5',
				'a tu Yape',
				'.',
				'El cód. de seguridad es: 123',
			],
		);
		fc.assert(
			fc.property(fc.array(words, { maxLength: 8 }), (parts) => {
				const text = parts.join(' ');
				const payment = read(text);
				if (payment?.direction !== 'in') return;
				expect(text).not.toMatch(/^Enviaste (?:S\/|un)|(?<!\p{L})no(?!\p{L})|\$/u);
				expect(text).toContain(`S/ ${payment.cents / 100}`);
			}),
			{ numRuns: 2_000 },
		);
		fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void read(text)));
	});

	test('texts made to take long are done with', () => {
		for (const part of [
			'JUAN te envió un pago por S/ 1',
			' te yapeó ',
			'S/ 1.',
			'1 ene 25 ',
			'., ',
			'a',
		]) {
			const text = part.repeat(Math.floor(3_900 / part.length));
			expect(read(text)?.direction).not.toBe('in');
			expect(read(`Te yapeó S/ 1 de ${text}`)?.direction).not.toBe('in');
		}
	});
});

describe('céntimos', () => {
	test('no float is in the way: every amount comes back as written', () => {
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 99_999_999_999 }), (cents) => {
				const text = formatCents(cents);
				expect(readCents(text)).toBe(cents);
				expect(readCents(text.replace('.', ','))).toBe(cents);
				expect(fieldCents(text)).toContain(cents);
				const [soles = '', decimals = ''] = text.split('.');
				const grouped = soles.replaceAll(/\B(?=(\d{3})+$)/g, ',');
				expect(readCents(`${grouped}.${decimals}`)).toBe(cents);
			}),
		);
	});

	test.each([
		[50, [5000]],
		[0.1, [10]],
		[19.99, [1999]],
		['50.00', [5000]],
		['S/ 50.00', [5000]],
		['1.250', [125, 125000]],
		['1,250.00', [125000]],
		[50.005, []],
		[-50, []],
		[1e21, []],
		['fifty', []],
		[null, undefined],
		['', undefined],
		[undefined, undefined],
	])('a field that holds %j may mean %j', (value, cents) => {
		const found = fieldCents(value);
		expect(found === undefined ? undefined : [...new Set(found)]).toEqual(cents);
	});
});
