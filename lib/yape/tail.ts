const SEPARATOR = '(?: ?[.,;|·•—–-] ?| )';

const CODE =
	'(?:el |tu )?(?:cod(?:igo|\\.)?(?: de)? seguridad(?: es)? ?:?|cod(?:igo)? ?:) ?([0-9](?: ?[0-9]){2,5})(?![0-9])';

const OPERATION =
	'(?:(?:n(?:°|º|ro\\.?|um(?:ero|\\.)?)|cod(?:igo|\\.)?|id)(?: de(?: la)?)? )?(?:operacion|transaccion)(?: n(?:°|º|ro\\.?))? ?[:#]? ?((?=[A-Z-]*[0-9])[0-9A-Z-]{4,40})(?![0-9A-Z-])';

const DATE =
	'(?:(?:fecha(?: y hora)? ?:? ?)|el (?:dia )?)?[0-9]{1,2}(?: de |[ /.-])(?:[0-9]{1,2}|[a-z]{3,10}\\.?)(?: del? |[ /.-])[0-9]{2,4}';

const TIME =
	'(?:hora ?:? ?|a las )?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?: ?[ap]\\.? ?m\\.?)?(?: h(?:rs)?\\.?)?';

const BRANDS = 'yape|plin|bcp|bbva|interbank|scotiabank|banbif|pichincha|mibanco|ligo|tunki';

/** "a tu Yape", "por Plin", "en tu cuenta de ahorros", "desde su Interbank", or the brand alone. */
const WALLET = `(?:(?:a|en|por|con|via|mediante|desde|usando|a traves de) (?:tu |su |la app )?)?(?:${BRANDS})|(?:por|con|via|mediante) (?:codigo )?qr|(?:a|en) tu (?:cuenta|billetera|celular)(?: (?:de ahorros|sueldo|corriente|digital|simple|soles|en soles|de|${BRANDS})){0,3}`;

/** What apps add out of politeness; nothing of it changes what was said. */
const CLOSING = `gracias(?: por (?:usar|preferir|confiar en) (?:${BRANDS}))?|ya (?:esta disponible|lo puedes encontrar|lo tienes)(?: en tu (?:cuenta|yape|billetera))?|(?:revisa|mira|ve|toca para ver|ingresa para ver|abre la app para ver)(?: (?:el|los|tus?|mas))? (?:detalles?|movimientos?|saldo)`;

const part = (pattern: string) => pattern.replaceAll(/\((?!\?)/g, '(?:');

/**
 * What may follow any format, to the very end of the text: security code, operation number, date,
 * time, wallet, each once or more behind a separator, and a last full stop. Three dots are not among
 * it: they tell that a text was cut, maybe within the amount.
 */
export const TAIL = `(?<tail>(?:${SEPARATOR}(?:${[CODE, OPERATION, DATE, TIME, WALLET].map(part).join('|')})|[.!,]? ?[¡]?(?:${CLOSING})){0,6}) ?[.!]?`;

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
