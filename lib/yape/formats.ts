import { ANY_PICTOGRAPH } from './cleanText';
import { CURRENCY, LETTERS, NUMBER, AMOUNT } from './money';
import { BRANDS } from './wallets';

/** One way in which a wallet says that money moved. */
interface PaymentFormat {
	/** Told in `data.format`. */
	readonly name: string;
	/** The app that shows it, where the sender does not say. */
	readonly app: string;
	/**
	 * The whole text as a regular expression without regard to case and accents, after `PREFIXES` are
	 * taken away. `<amount>`, `<payer>`, `<payee>` stand for themselves; `<Payer>` must start with a
	 * capital letter or a digit, which tells "de JUAN" from "de regalo", and `<Named>` also where no
	 * "de" stands before it. Lower-case words in brackets stand for `WORDS`. What may follow (security
	 * code, operation number, date, "a tu Yape") is known to all formats: see `tail.ts`.
	 */
	readonly pattern: string;
	/** Direction and number alone do not make a payment: an operation number must be there. */
	readonly needsOperation?: true;
	/** A bank also says so of what was paid to itself, such as its card: no payment in its own words. */
	readonly notOfBanks?: true;
	/** Where it fits, it alone decides: others would take half of the text for a name. */
	readonly decides?: true;
	/** As seen on phones and in mails; tested. */
	readonly example: string;
}

/** Words that many formats share, without accents. */
const WORDS: Readonly<Record<string, string>> = {
	/** One sent. */
	'<paid>':
		'(?:envio|mando|transfirio|deposito|abono|pago|yapeo|plineo|plino|ha (?:enviado|mandado|transferido|depositado|abonado|pagado|yapeado|plineado))',
	/** Nobody says who sent, or several did; some banks write so of one payer too. */
	'<many>':
		'(?:enviaron|mandaron|transfirieron|depositaron|abonaron|pagaron|yapearon|yaperon|plinearon|plinaron|han (?:enviado|mandado|transferido|depositado|abonado|pagado|yapeado|plineado))',
	'<doing>': '(?:enviar|mandar|transferir|depositar|abonar|pagar|yapear|plinear)',
	'<made>': '(?:hizo|hicieron|realizo|realizaron|(?:ha|han) (?:hecho|realizado)|llego|ha llegado)',
	'<got>': '(?:recibiste|has recibido|acabas de recibir):?',
	'<thing>':
		'(?:pago|transferencia|deposito|abono|envio|dinero|yapeo?|plin|plineo)(?: (?:(?:con|por|via|de|a traves de|mediante) )?(?:qr|yape|plin|inmediata|interbancaria))?',
	'<of>': '(?:de |por )?',
	'<from>': '(?:de parte de|de|desde(?! (?:yape|plin))|enviad[oa] por)',
	/** By which way. */
	'<by>': '(?:por|via|con|mediante|a traves de) (?:yape|plin|qr)',
	/** Of what nobody owes: a "new payment" may also be a bill. */
	'<news>':
		'(?:tienes una? )?nuev[oa] (?:(?:yapeo?|plin|transferencia|deposito|abono)(?: recibid[oa])?|pago recibido)',
	/** Between a name and its amount. */
	'<for>': '(?: por| de|,|:)?:? ',
	'<yours>': 'tu (?:yape|plin|cuenta|billetera|negocio|tienda|comercio)',
};

/*
 * To add a format, add a line (long as it is): name, app, pattern, example. Sources: the public parsers of
 * github.com/camiloreynaga/yape-notifier and of other projects that read these notifications.
 * The closest ones come first: where several fit, the first gives the name.
 */

/** Money that came in. */
// prettier-ignore
export const INCOMING: readonly PaymentFormat[] = [
	{ name: 'yape-payment', app: 'yape', pattern: '<payer> te (?:envio|ha enviado) un pago (?:por|de) <amount>', example: 'Yape! JUAN PEREZ te envió un pago por S/ 50' },
	{ name: 'yape-yaped', app: 'yape', pattern: '<payer> te (?:yapeo|ha yapeado) <amount>', example: 'JUAN PEREZ te yapeó S/ 1.00' },
	{ name: 'yape-yaped-by', app: 'yape', pattern: 'te (?:yapeo|yapearon|yaperon|han? yapeado) <amount> de (?:parte de )?<payer>', example: 'Te yapeó S/ 10.00 de Juan' },
	{ name: 'yape-sent', app: 'yape', pattern: '<payer> te (?:envio|ha enviado) <amount>', example: 'MARIA LOPEZ te envió S/ 5 a tu Yape' },
	{ name: 'yape-anonymous', app: 'yape', pattern: 'te (?:enviaron|yapearon|yaperon|han (?:enviado|yapeado)) <amount>', example: 'Te enviaron S/ 5 a tu Yape' },
	{ name: 'yape-received', app: 'yape', pattern: '<got> un yapeo? (?:de |por )?<amount>', example: 'Recibiste un yape de S/ 5' },
	{ name: 'yape-received-from', app: 'yape', pattern: '<got> un yapeo? (?:de |por )?<amount> <from> <Payer>', example: 'Recibiste un yapeo de S/ 9.00 de Maria Perez' },
	{ name: 'yape-received-by', app: 'yape', pattern: '<got> un yapeo? <from> <Payer><for><amount>', example: 'Has recibido un Yape de María López por S/ 40.00' },
	{ name: 'yape-prefix', app: 'yape', pattern: 'yape! <amount> de <Payer>', example: 'Yape! S/.30.00 de Rosa Mendez' },
	{ name: 'plin-plined', app: 'plin', pattern: '<payer> te (?:plineo|plino|ha plineado) <amount>', example: 'JOHN DOE te ha plineado S/ 5.50' },
	{ name: 'plin-received-from', app: 'plin', pattern: '<got> un plin (?:de |por )?<amount> <from> <Payer>', example: 'Recibiste un Plin de S/ 14.20 de Carla Ramos' },
	{ name: 'plin-received', app: 'plin', pattern: '<got> un plin (?:de |por )?<amount>', example: 'Recibiste un Plin de S/.30.00' },
	{ name: 'plin-received-by', app: 'plin', pattern: '<got> un plin <from> <Payer><for><amount>', example: 'Recibiste un Plin de Carla Ramos por S/ 14.20' },
	{ name: 'plin-sent', app: 'plin', pattern: '<payer> te (?:<paid>|<many>|<made>) un plin <of><amount>', example: 'Luis Soto te envió un Plin de S/ 5.00' },
	{ name: 'plin-anonymous', app: 'plin', pattern: 'te (?:plinearon|plinaron|han plineado|<made> un plin(?: <of>)?) ?<amount>', example: 'Te hicieron un Plin de S/ 20' },
	{ name: 'plin-from', app: 'plin', pattern: 'te (?:plineo|plinearon|plinaron|han? plineado|<made> un plin(?: <of>)?) ?<amount> <from> <Payer>', example: 'Te llegó un Plin de S/.12.50 de Fernanda Cruz' },
	{ name: 'bbva-qr', app: 'bbva', pattern: '<payer> te hizo un (?:pago|plin) (?:de|por) <amount>', example: 'Cobro con QR: JUAN PEREZ te hizo un pago de S/ 23.9' },
	{ name: 'transferred', app: 'bcp', pattern: '<payer> te transfirio <amount>', example: 'ANA FLORES te transfirió S/ 45.50' },
	{ name: 'received-from', app: 'yape', pattern: '<got> (?:<by> )?(?:un pago (?:de|por) )?<amount> (?:<by> )?<from> (?:parte de )?<Payer>', example: 'Recibiste S/ 25.50 de Maria Lopez via Yape' },
	{ name: 'bcp-mail', app: 'bcp', pattern: 'recibiste un yapeo de <amount> de <Payer>[. ]+monto recibido:? <amount2> enviado por:? <payer2>', decides: true, example: 'Recibiste un yapeo de S/ 339.00 de Angelly Ruiz. Monto recibido S/ 339.00 Enviado por Angelly Ruiz' },
	{ name: 'bcp-mail-amount', app: 'bcp', pattern: 'monto(?: recibido)? ?:? ?<amount>', needsOperation: true, example: 'Monto: S/ 187,43. Nro. de operación: 12345678' },
	{ name: 'bcp-mail-sender', app: 'bcp', pattern: '<amount>(?: [—–-])? enviado por <Payer>', example: 'PEN 5.00 — Enviado por Sebastian Yparraguirre — N° de operación 2026090514264909' },
	{ name: 'paid-you', app: 'yape', pattern: '<payer> te (?:<paid>|<many>) (?:(?:una? )?<thing>[!:.]? <of>)?<amount>', example: 'EDSON MORE te pagó S/1.60' },
	{ name: 'made', app: 'bcp', pattern: '<payer> te <made> una? <thing>[!:.]? <of><amount>', example: 'ANA FLORES te hizo una transferencia de S/ 20.00' },
	{ name: 'made-anonymous', app: 'yape', pattern: 'te (?:<made>|<many>) una? (?:nuev[oa] )?<thing>[!:.]? <of><amount>', example: 'Te llegó un Yape S/.100' },
	{ name: 'made-from', app: 'yape', pattern: 'te (?:<made>|<many>|<paid>) una? (?:nuev[oa] )?<thing>[!:.]? <of><amount> <from> <Payer>', example: 'Te llegó un Yape S/.100 de Ana Torres' },
	{ name: 'made-by', app: 'yape', pattern: 'te (?:<made>|<many>) una? (?:nuev[oa] )?<thing> <from> <Payer><for><amount>', example: 'Te llegó un Yape de Ana Torres por S/ 100' },
	{ name: 'paid-anonymous', app: 'bcp', pattern: 'te <many> <amount>', example: 'Te abonaron S/ 900.00' },
	{ name: 'paid-from', app: 'bcp', pattern: 'te (?:<paid>|<many>) <amount> <from> <Payer>', example: 'Te transfirieron S/ 45.80 de Ana Garcia' },
	{ name: 'paid-name-last', app: 'yape', pattern: 'te (?:<paid>|<many>) <amount> <Named>', example: 'Te yapeó S/ 100.00 Juan Carlos' },
	{ name: 'paid-name-between', app: 'plin', pattern: 'te <paid> <Named> (?:<of>)<amount>', example: 'Te plineó Carlos Ruiz S/ 85.00 · Plin' },
	{ name: 'received-thing', app: 'bcp', pattern: '<got> (?:una? )?(?:nuev[oa] )?<thing>[!:.]? <of><amount>', example: 'Recibiste una transferencia de S/ 120.00' },
	{ name: 'received-thing-from', app: 'interbank', pattern: '<got> (?:una? )?(?:nuev[oa] )?<thing>[!:.]? <of><amount> <from> <Payer>', example: 'Recibiste una transferencia de S/ 20.00 de Ana Flores' },
	{ name: 'received-thing-by', app: 'bcp', pattern: '<got> (?:una? )?(?:nuev[oa] )?<thing> <from> <Payer><for><amount>', example: 'Recibiste una transferencia de Ana Flores por S/ 20.00' },
	{ name: 'received-by', app: 'yape', pattern: '<got> <from> <Payer> <of><amount>', example: 'Recibiste de Ana Flores S/ 20.00' },
	{ name: 'received-in', app: 'yape', pattern: '<got> <amount> (?:en|a|por|via|con|mediante) (?:tu )?(?:yape|plin|cuenta)', example: 'Recibiste S/ 20.00 en tu Yape' },
	{ name: 'received', app: 'yape', pattern: '<got> <amount>', example: 'Recibiste S/ 20.00' },
	{ name: 'payment-received', app: 'yape', pattern: 'pago(?: con (?:qr|yape|plin))? recibido(?: con exito| exitosamente)?[:!.,]? ?(?:por |de )?<amount>', notOfBanks: true, example: 'Pago recibido por S/ 15' },
	{ name: 'thing-received', app: 'yape', pattern: '(?!pago)<thing> recibid[oa](?: con exito| exitosamente)?[:!.,]? ?(?:por |de )?<amount>', example: 'Yape recibido: S/ 75.00' },
	{ name: 'thing-received-from', app: 'yape', pattern: '<thing> recibid[oa](?: con exito| exitosamente)?[:!.,]? ?(?:por |de )?<amount> <from> <Payer>', example: 'Yape recibido: S/.75.00 de Luis Ramirez' },
	{ name: 'thing-received-by', app: 'yape', pattern: '<thing> recibid[oa](?: con exito| exitosamente)?[:!.,]? ?<from> <Payer><for><amount>', example: 'Yapeo recibido de ROSA MARIA por S/ 40.00' },
	{ name: 'new-thing-from', app: 'yape', pattern: '<news>[!:.]? <of><amount> <from> <Payer>', example: 'Nuevo yapeo de S/ 12.00 de Ana Flores' },
	{ name: 'new-thing-by', app: 'yape', pattern: '<news> <from> <Payer><for><amount>', example: 'Nuevo yapeo de Ana Flores por S/ 12.00' },
	{ name: 'thing-from', app: 'yape', pattern: '(?:yapeo?|plin) <of><amount> de <Payer>', example: 'Plin de S/ 20 de Ana Flores' },
	{ name: 'thing-by', app: 'yape', pattern: '(?:yapeo?|plin) de <Payer>(?: por|:) <amount>', example: 'Yape de Ana Flores por S/ 20' },
	{ name: 'of-received', app: 'bcp', pattern: '<thing> <of><amount> recibid[oa] <from> <Payer>', example: 'Depósito de S/ 20.00 recibido de Ana Flores' },
	{ name: 'by-received', app: 'bcp', pattern: '<thing> de <Payer> por <amount> recibid[oa]', example: 'Pago de Ana Flores por S/ 20 recibido' },
	{ name: 'sum-received', app: 'bcp', pattern: 'monto recibido:? <amount> de <Payer>', example: 'Monto recibido: S/ 20.00 de Ana Flores' },
	{ name: 'arrived', app: 'yape', pattern: 'te (?:llegaron|llego|han llegado|ha llegado)(?: dinero!)? <amount>(?: <from> <Payer>)?', example: 'Te llegaron S/ 20 de Ana Flores' },
	{ name: 'arrived-thing', app: 'yape', pattern: '(?:llego|ha llegado) una? (?:nuev[oa] )?<thing>[!:.]? <of><amount> <from> <Payer>', example: 'Llegó un Yape de S/ 20 de Ana Flores' },
	{ name: 'came-in', app: 'bcp', pattern: '(?:ingreso|ingresaron) <amount> a tu (?:cuenta|yape)(?: <from> <Payer>)?', example: 'Ingresaron S/ 20 a tu cuenta' },
	{ name: 'account-credited', app: 'bcp', pattern: '(?:deposito|abono|ingreso) <of><amount> en tu cuenta', example: 'Abono de S/ 20.00 en tu cuenta' },
	{ name: 'credited-to-account', app: 'bcp', pattern: '(?:deposito|abono|ingreso) en (?:tu )?cuenta:? <of><amount>', example: 'Abono en cuenta por S/ 20.00' },
	{ name: 'just-sent', app: 'yape', pattern: '<payer> te acaba de <doing> (?:(?:una? )?<thing>[!:.]? <of>)?<amount>', example: 'Ana Flores te acaba de yapear S/ 20' },
	{ name: 'just-sent-you', app: 'yape', pattern: '<payer> acaba de (?:<doing>|hacer)te (?:(?:una? )?<thing>[!:.]? <of>)?<amount>', example: 'Ana Flores acaba de yapearte S/ 20' },
	{ name: 'just-sent-anonymous', app: 'yape', pattern: 'te acaban de <doing> (?:(?:una? )?<thing>[!:.]? <of>)?<amount>', example: 'Te acaban de yapear S/ 20' },
	{ name: 'paid-through', app: 'yape', pattern: '<payer> te <paid> <by> <amount>', example: 'Ana Flores te pagó con Plin S/ 20' },
	{ name: 'sent-to-account', app: 'yape', pattern: '<payer> (?:(?:envio|transfirio|deposito|abono|pago|yapeo)|(?:<made>|envio) una? <thing> <of>) ?<amount> (?:a|en) <yours>', example: 'Ana Flores envió S/ 20 a tu Yape' },
	{ name: 'sent-through', app: 'yape', pattern: '<payer> ha (?:enviado|transferido|pagado) <amount> (?:por|con|via|mediante|a tu) (?:yape|plin)', example: 'Miguel ha enviado S/.42.00 por Yape' },
	{ name: 'deposited', app: 'bcp', pattern: 'se (?:te )?(?:deposito|depositaron|abono|abonaron|acredito|acreditaron|(?:ha|han) (?:depositado|abonado|acreditado)) <amount> (?:en|a) tu (?:cuenta|yape)', example: 'Se depositaron S/ 1,500.00 en tu cuenta' },
	{ name: 'amount-received', app: 'bcp', pattern: '<amount> recibid[oa]s? <from> <Payer>', example: 'S/ 20.00 recibidos de Ana Flores' },
];

/** Money that went out; tried before all others. */
// prettier-ignore
export const OUTGOING: readonly PaymentFormat[] = [
	{ name: 'yape-sent-to', app: 'yape', pattern: 'enviaste (?:un (?:pago|yapeo?|plin) (?:de|por) )?<amount>(?: (?:a|para) <payee>)?', example: 'Enviaste S/ 50.00 a María Torres. El cód. de seguridad es: 123' },
	{ name: 'yape-yaped-to', app: 'yape', pattern: 'yapeaste(?: el servicio)?!? <amount>(?: (?:a )?<payee>)?', example: '¡Yapeaste! S/100 Juan C. Perez F. 22 nov. 2025 | 11:34 a.m. CÓDIGO DE SEGURIDAD 5 0 2 Nro. de operación 03443217' },
	{ name: 'plin-plined-to', app: 'plin', pattern: 'plineaste!? <amount>(?: (?:a )?<payee>)?', example: 'Plineaste S/ 12,50 a Wong' },
	{ name: 'payment-made', app: 'yape', pattern: '(?:realizaste|hiciste|has (?:hecho|realizado)) una? (?:yapeo?|plin|pago|envio|transferencia) (?:de|por) <amount>(?: (?:a|para|en) <payee>)?', example: 'Realizaste un yapeo de S/ 20.00 a Ana Flores' },
	{ name: 'card-spent', app: 'bcp', pattern: '(?:realizaste un consumo|consumo|compra(?: aprobada)?)(?: con tarjeta [^.:]{1,40}?)? (?:de|por) <amount>(?: con tu [^.:]{1,60}?)?(?: en <payee>)?', example: 'Realizaste un consumo de S/ 6.30 con tu Tarjeta de Crédito BCP en PYU*UBER.' },
	{ name: 'amount-sent', app: 'bcp', pattern: 'monto enviado ?:? ?<amount>(?: (?:enviado )?a:? <payee>)?', example: 'Monto enviado: S/ 30.00' },
	{ name: 'paid', app: 'yape', pattern: '(?:pagaste|transferiste|has (?:enviado|yapeado|plineado|pagado|transferido))(?: el monto de)? <amount>(?: (?:a|para|en) <payee>)?', example: 'Pagaste S/ 18.00 en Bodega Rosita' },
	{ name: 'thing-sent', app: 'plin', pattern: '(?:tu )?(?:yapeo?|plin|pago|envio|transferencia)(?: fue| ha sido)? (?:enviad|realizad|efectuad)[oa](?: con exito| exitosamente)?[:!]? ?(?:por |de )?<amount>(?: (?:a|para) <payee>)?', example: 'Tu Plin fue enviado: S/ 20 a Juan Perez' },
	{ name: 'thing-sent-to', app: 'yape', pattern: '(?:tu )?(?:yapeo?|plin|pago|envio|transferencia)(?: fue| ha sido)? (?:enviad|realizad|efectuad)[oa] (?:a|para) <payee> por <amount>', example: 'Tu pago ha sido enviado a Edson Duberly por S/ 4.07' },
];

/** How a text that tells of an outgoing payment begins; where no format fits, it is still not income. */
export const OUTGOING_STARTS =
	'enviaste|yapeaste|plineaste|pagaste|transferiste|realizaste|hiciste|compraste|retiraste|retiro|depositaste|compra|consumo|cargo|has (?:enviado|yapeado|plineado|pagado|transferido|realizado|hecho)|monto enviado|(?:tu )?(?:yapeo?|plin|pago|envio|transferencia)(?: fue| ha sido)? (?:enviad|realizad|efectuad)[oa]|constancia de (?:envio|pago|transferencia|yapeo)';

/** What may stand before the sentence itself, such as the title that a forwarder put into the text. */
export const PREFIXES: readonly string[] = [
	`[¡!]?(?:${BRANDS}) ?[!:|·—–-]`,
	'[¡!]?te (?:yapearon|plinearon|enviaron dinero|pagaron|llego (?:dinero|un (?:yapeo?|plin|pago)))!',
	`\\[(?:${BRANDS})\\]`,
	'[¡!]?(?:tienes un )?nuevo (?:yapeo?|plin|pago)(?: recibido)?!',
	'[¡!]?(?:confirmacion de (?:pago|yapeo)|(?:pago|plin|yapeo?|transferencia|dinero) recibid[oa])[!:.]?',
	'[¡!]?(?:recibiste|has recibido) (?:un(?:a)? )?(?:nuev[oa] )?(?:yapeo?|plin|pago|transferencia)[!:.]',
	'cobro con qr:',
	'constancia de recepcion de (?:yapeo|plin)(?: a celular bcp)?[:.]?',
	'[¡!]?hola(?:!|,? [^,.!:<>]{1,40}[,!])',
	'[¡!]?(?:genial|listo|buenas noticias)!',
	'[¡!]',
];

/** A format ready to be held against a clean and folded text in one alphabet. */
export interface CompiledFormat {
	readonly format: PaymentFormat;
	readonly expression: RegExp;
	/**
	 * A first look, against the text in lower case: the words up to the first name or amount, or those
	 * behind the name that the text begins with. It costs far less than every end that a name may have,
	 * and what it never lets through is never compiled, which takes longer than all else.
	 */
	readonly firstLook: RegExp | undefined;
	/** The name must start with a capital letter or a digit. */
	readonly capitalised: boolean;
	/** The name stands behind the amount, where a second amount would look like a part of it. */
	readonly nameIsLast: boolean;
}

/** Nothing that could be part of a longer number, another currency or a percentage may follow. */
const AMOUNT_END = `(?![${LETTERS}0-9%$€'’]|[.,][0-9]| [0-9])(?: (?:(?:nuevos )?soles|PEN)(?![${LETTERS}]))?`;

/**
 * The characters of names: letters, digits and what shops put between them. No `:`, `!`, `?`, `$`:
 * those are where a sentence goes on.
 */
const NAME = `[${LETTERS}${ANY_PICTOGRAPH}\\uFFFD0-9 .,'’´\`*&/()#+@_º°"-]{1,80}?`;

/** The full stop of "Perez F." belongs to the name, that of "Pedro." does not. */
const name = (group: string) => `(?<${group}>${NAME}(?:(?<= [${LETTERS}])\\.)?)`;

const amount = (group: string) =>
	`(?:${CURRENCY}(?<${group}>${NUMBER})${AMOUNT_END}|(?<${group}Before>${NUMBER}) (?:(?:nuevos )?soles|PEN)(?![${LETTERS}]))`;

/** Words that a name does not begin with where it follows without "de". */
const NO_NAME = `(?!(?:a|al|con|de|del|desde|dinero|el|en|la|los|por|que|su|tu|una?|v[i]a|y)(?![${LETTERS}0-9]))`;

const PLACEHOLDERS: Readonly<Record<string, string>> = {
	'<amount>': amount('amount'),
	'<amount2>': amount('amount2'),
	'<payer>': name('payer'),
	'<Payer>': name('payer'),
	'<Named>': NO_NAME + name('payer'),
	'<payer2>': name('payer2'),
	'<payee>': name('payee'),
};

/**
 * Compiles a format. It has to fit the whole text, so that no sentence around it can change what it
 * says; and since names and amounts are bounded, so is the work that a text can cause.
 */
export function compileFormat(format: PaymentFormat): CompiledFormat {
	const inWords = format.pattern.replaceAll(/<[a-z]+>/g, (word) =>
		Object.hasOwn(WORDS, word) ? (WORDS[word] ?? word) : word,
	);
	const afterName = /^<[Pp]ayer>([^<]+)/.exec(inWords)?.[1];
	const words = afterName ?? /^[^<]+/.exec(inWords)?.[0];
	const source = inWords.replaceAll(
		/<\w+>/g,
		(placeholder) => PLACEHOLDERS[placeholder] ?? placeholder,
	);
	return {
		format,
		firstLook: words === undefined ? undefined : new RegExp(afterName ?? `^¡?(?:${words})`),
		expression: new RegExp(`^¡?(?:${source})${TAIL}$`, 'di'),
		capitalised: /<(?:Payer|Named)>/.test(format.pattern),
		nameIsLast: /<amount>.*<(?:[Pp]ayer|Named|payee)>/.test(format.pattern),
	};
}

const SEPARATOR = '(?: ?[.,;|·•—–-] ?| )';

const CODE =
	'(?:el |tu )?(?:cod(?:igo|\\.)?(?: de)? (?:seguridad|seg\\.)(?: es)? ?:?|cod(?:igo)? ?:) ?([0-9](?: ?[0-9]){2,5})(?![0-9])';

const OPERATION =
	'(?:(?:n(?:°|º|ro\\.?|um(?:ero|\\.)?)|cod(?:igo|\\.)?|id)(?: de(?: la)?)? )?(?:operacion|transaccion|op[.:])(?: n(?:°|º|ro\\.?))? ?[:#]? ?((?=[A-Z-]*[0-9])[0-9A-Z-]{4,40})(?![0-9A-Z-])';

const DATE =
	'(?:(?:fecha(?: y hora)? ?:? ?)|el (?:dia )?)?[0-9]{1,2}(?: de |[ /.-])(?:[0-9]{1,2}|[a-z]{3,10}\\.?)(?: del? |[ /.-])[0-9]{2,4}';

const TIME =
	'(?:hora ?:? ?|(?:hoy )?a las )?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?: ?[ap]\\.? ?m\\.?)?(?: h(?:rs)?\\.?)?';

/** What there is now, which is another sum than the one that came. */
const BALANCE = `(?:tu )?(?:nuevo )?saldo(?: (?:disponible|actual))?(?: es)?(?: de)? ?:? ?${AMOUNT}`;

/** "a tu Yape", "por Plin", "en tu cuenta de ahorros", "desde su Interbank", or the brand alone. */
const WALLET = `(?:(?:a|en|por|con|via|mediante|desde|usando|a traves de) (?:tu |su |la app )?)?(?:${BRANDS})|(?:por|con|via|mediante) (?:codigo )?qr|[(](?:${BRANDS})[)]|(?:a|en) tu (?:cuenta|billetera|celular|negocio|tienda|comercio)(?: (?:de ahorros|sueldo|corriente|digital|simple|soles|en soles|de|${BRANDS})){0,3}`;

/** What apps add out of politeness; nothing of it changes what was said. */
const CLOSING = `gracias(?: por (?:usar|preferir|confiar en) (?:${BRANDS}))?|ya (?:esta disponible|lo puedes encontrar|lo tienes)(?: en tu (?:cuenta|yape|billetera))?|(?:revisa|mira|ve|toca para ver|ingresa para ver|abre (?:la app|${BRANDS}) para ver)(?: (?:el|los|tus?|mas)){0,2} (?:detalles?|movimientos?|saldo|cuenta|app|${BRANDS})|(?:ve|ver) mas`;

const part = (pattern: string) => pattern.replaceAll(/\((?!\?)/g, '(?:');

/**
 * What may follow any format, to the very end of the text: security code, operation number, date,
 * time, wallet, each once or more behind a separator, and a last full stop. Three dots are not among
 * it: they tell that a text was cut, maybe within the amount.
 */
const TAIL = `(?<tail>(?:${SEPARATOR}(?:${[CODE, OPERATION, DATE, TIME, WALLET, BALANCE].map(part).join('|')})|[.!,]? ?[¡]?(?:${CLOSING})){0,6}) ?[.!]?`;

const CODE_IN_TAIL = new RegExp(CODE, 'iu');
const OPERATION_IN_TAIL = new RegExp(OPERATION, 'iu');

/** The numbers in the tail of a text; a security code is a text, since 007 is not 7. */
export function readTail(tail: string): {
	readonly securityCode: string | null;
	readonly operationNumber: string | null;
} {
	return {
		securityCode: CODE_IN_TAIL.exec(tail)?.[1]?.replaceAll(' ', '') ?? null,
		operationNumber: OPERATION_IN_TAIL.exec(tail)?.[1] ?? null,
	};
}
