/** One way in which a wallet says that money moved. */
export interface PaymentFormat {
	/** Told in `data.format`. */
	readonly name: string;
	/** The app that shows it, where the sender does not say. */
	readonly app: string;
	/**
	 * The whole text as a regular expression without regard to case, after `PREFIXES` are taken away.
	 * `<amount>`, `<payer>`, `<payee>` stand for themselves; `<Payer>` must start with a capital letter
	 * or a digit, which tells "de JUAN" from "de regalo". What may follow (security code, operation
	 * number, date, "a tu Yape") is known to all formats: see `tail.ts`.
	 */
	readonly pattern: string;
	/** Direction and number alone do not make a payment: an operation number must be there. */
	readonly needsOperation?: true;
	/** Where it fits, it alone decides: others would take half of the text for a name. */
	readonly decides?: true;
	/** As seen on phones and in mails; tested. */
	readonly example: string;
}

/*
 * To add a format, add a line (long as it is): name, app, pattern, example. Sources: the public parsers of
 * github.com/camiloreynaga/yape-notifier and of other projects that read these notifications.
 */

/** Money that came in. */
// prettier-ignore
export const INCOMING: readonly PaymentFormat[] = [
	{ name: 'yape-payment', app: 'yape', pattern: '<payer> te (?:envi[oó]|ha enviado) un pago (?:por|de) <amount>', example: 'Yape! JUAN PEREZ te envió un pago por S/ 50' },
	{ name: 'yape-yaped', app: 'yape', pattern: '<payer> te (?:yape[oó]|ha yapeado) <amount>', example: 'JUAN PEREZ te yapeó S/ 1.00' },
	{ name: 'yape-yaped-by', app: 'yape', pattern: 'te (?:yape[oó]|yapearon|han? yapeado) <amount> de <payer>', example: 'Te yapeó S/ 10.00 de Juan' },
	{ name: 'yape-sent', app: 'yape', pattern: '<payer> te (?:envi[oó]|ha enviado) <amount>', example: 'MARIA LOPEZ te envió S/ 5 a tu Yape' },
	{ name: 'yape-anonymous', app: 'yape', pattern: 'te (?:enviaron|yapearon|han (?:enviado|yapeado)) <amount>', example: 'Te enviaron S/ 5 a tu Yape' },
	{ name: 'yape-received', app: 'yape', pattern: '(?:recibiste|has recibido) un yapeo? de <amount>', example: 'Recibiste un yape de S/ 5' },
	{ name: 'yape-received-from', app: 'yape', pattern: '(?:recibiste|has recibido) un yapeo? de <amount> de (?:parte de )?<Payer>', example: 'Recibiste un yapeo de S/ 9.00 de Maria Perez' },
	{ name: 'yape-received-by', app: 'yape', pattern: '(?:recibiste|has recibido) un yapeo? de <Payer> por <amount>', example: 'Has recibido un Yape de María López por S/ 40.00' },
	{ name: 'plin-plined', app: 'plin', pattern: '<payer> te (?:pline[oó]|ha plineado) <amount>', example: 'JOHN DOE te ha plineado S/ 5.50' },
	{ name: 'plin-received-from', app: 'plin', pattern: '(?:recibiste|has recibido) un plin de <amount> de (?:parte de )?<Payer>', example: 'Recibiste un Plin de S/ 14.20 de Carla Ramos' },
	{ name: 'plin-received', app: 'plin', pattern: '(?:recibiste|has recibido) un plin de <amount>', example: 'Recibiste un Plin de S/.30.00' },
	{ name: 'bbva-qr', app: 'bbva', pattern: '<payer> te hizo un (?:pago|plin) (?:de|por) <amount>', example: 'Cobro con QR: JUAN PEREZ te hizo un pago de S/ 23.9' },
	{ name: 'transferred', app: 'bcp', pattern: '<payer> te transfiri[oó] <amount>', example: 'ANA FLORES te transfirió S/ 45.50' },
	{ name: 'received-from', app: 'yape', pattern: '(?:recibiste|has recibido) (?:un pago (?:de|por) )?<amount> de (?:parte de )?<Payer>', example: 'Recibiste S/ 25.50 de Maria Lopez via Yape' },
	{ name: 'bcp-mail', app: 'bcp', pattern: 'recibiste un yapeo de <amount> de <Payer>[. ]+monto recibido:? <amount2> enviado por:? <payer2>', decides: true, example: 'Recibiste un yapeo de S/ 339.00 de Angelly Ruiz. Monto recibido S/ 339.00 Enviado por Angelly Ruiz' },
	{ name: 'bcp-mail-amount', app: 'bcp', pattern: 'monto(?: recibido)? ?:? ?<amount>', needsOperation: true, example: 'Monto: S/ 187,43. Nro. de operación: 12345678' },
	{ name: 'bcp-mail-sender', app: 'bcp', pattern: '<amount>(?: [—–-])? enviado por <Payer>', example: 'PEN 5.00 — Enviado por Sebastian Yparraguirre — N° de operación 2026090514264909' },
];

/** Money that went out; tried before all others. */
// prettier-ignore
export const OUTGOING: readonly PaymentFormat[] = [
	{ name: 'yape-sent-to', app: 'yape', pattern: 'enviaste (?:un (?:pago|yapeo?|plin) (?:de|por) )?<amount>(?: (?:a|para) <payee>)?', example: 'Enviaste S/ 50.00 a María Torres. El cód. de seguridad es: 123' },
	{ name: 'yape-yaped-to', app: 'yape', pattern: 'yapeaste!? <amount>(?: (?:a )?<payee>)?', example: '¡Yapeaste! S/100 Juan C. Perez F. 22 nov. 2025 | 11:34 a.m. CÓDIGO DE SEGURIDAD 5 0 2 Nro. de operación 03443217' },
	{ name: 'plin-plined-to', app: 'plin', pattern: 'plineaste!? <amount>(?: (?:a )?<payee>)?', example: 'Plineaste S/ 12,50 a Wong' },
	{ name: 'payment-made', app: 'yape', pattern: 'realizaste un(?:a)? (?:yapeo?|plin|pago|env[ií]o|transferencia) (?:de|por) <amount>(?: (?:a|para|en) <payee>)?', example: 'Realizaste un yapeo de S/ 20.00 a Ana Flores' },
	{ name: 'card-spent', app: 'bcp', pattern: 'realizaste un consumo (?:de|por) <amount>(?: con tu [^.:]{1,60}?)?(?: en <payee>)?', example: 'Realizaste un consumo de S/ 6.30 con tu Tarjeta de Crédito BCP en PYU*UBER.' },
	{ name: 'amount-sent', app: 'bcp', pattern: 'monto enviado ?:? ?<amount>(?: (?:enviado )?a:? <payee>)?', example: 'Monto enviado: S/ 30.00' },
	{ name: 'paid', app: 'yape', pattern: '(?:pagaste|transferiste|has (?:enviado|yapeado|plineado|pagado|transferido)) <amount>(?: (?:a|para|en) <payee>)?', example: 'Pagaste S/ 18.00 en Bodega Rosita' },
];

/** How a text that tells of an outgoing payment begins; where no format fits, it is still not income. */
export const OUTGOING_STARTS =
	'enviaste|yapeaste|plineaste|pagaste|transferiste|realizaste|hiciste|compraste|retiraste|depositaste|has (?:enviado|yapeado|plineado|pagado|transferido|realizado)|monto enviado|(?:yapeo?|plin|pago|env[ií]o|transferencia) (?:enviad|realizad)[oa]|constancia de (?:env[ií]o|pago|transferencia|yapeo)';

/** What may stand before the sentence itself, such as the title that a forwarder put into the text. */
export const PREFIXES: readonly string[] = [
	'[¡!]?(?:yape|plin|bcp|bbva|interbank|scotiabank) ?[!:|·—–-]',
	'[¡!]?te yapearon!',
	'[¡!]?(?:confirmaci[oó]n de (?:pago|yapeo)|pago recibido|plin recibido)[!:.]?',
	'cobro con qr:',
	'constancia de recepci[oó]n de (?:yapeo|plin)(?: a celular bcp)?[:.]?',
	'hola,? [^,.!:<>]{1,40}[,!]',
	'[¡!]',
];
