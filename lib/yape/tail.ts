const SEPARATOR = '(?: ?[.,;|·—–-] ?| )';

const CODE =
	'(?:el )?c[oó]d(?:igo|\\.)?(?: de)? seguridad(?: es)? ?:? ?([0-9](?: ?[0-9]){2,5})(?![0-9])';

const OPERATION =
	'(?:(?:n(?:°|º|ro\\.?|[uú]m(?:ero|\\.)?)|c[oó]d(?:igo|\\.)?|id)(?: de(?: la)?)? )?(?:operaci[oó]n|transacci[oó]n)(?: n(?:°|º|ro\\.?))? ?[:#]? ?((?=[A-Z-]*[0-9])[0-9A-Z-]{4,40})(?![0-9A-Z-])';

const DATE =
	'(?:fecha(?: y hora)? ?:? ?)?[0-9]{1,2}(?: de |[ /.-])(?:[0-9]{1,2}|[a-z]{3,10}\\.?)(?: del? |[ /.-])[0-9]{2,4}';

const TIME =
	'(?:hora ?:? ?)?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?: ?[ap]\\.? ?m\\.?)?(?: h(?:rs)?\\.?)?';

const WALLET = '(?:(?:a|en|por|con|v[ií]a) (?:tu )?)?(?:yape|plin)';

const part = (pattern: string) => pattern.replaceAll(/\((?!\?)/g, '(?:');

/**
 * What may follow any format, to the very end of the text: security code, operation number, date,
 * time, wallet, each once or more behind a separator, and a last full stop. Three dots are not among
 * it: they tell that a text was cut, maybe within the amount.
 */
export const TAIL = `(?<tail>(?:${SEPARATOR}(?:${[CODE, OPERATION, DATE, TIME, WALLET].map(part).join('|')})){0,6}) ?[.!]?`;

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
