/**
 * JSON whose whole numbers keep their digits. `JSON.parse` makes doubles, which hold whole numbers
 * up to 2^53 - 1 only: 1234567890123456789 and …790 become the same number, and two events with
 * these ids the same event. So what is larger is read as text, digit by digit as it was sent.
 */

/** The shortest whole number that a double may not hold: 2^53 is 9007199254740992. */
const FIRST_UNSAFE_LENGTH = 16;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const COLON = 0x3a;

/** Numbers without fraction and exponent; what has these is a measure, not an id. */
const LONG_INTEGER = /^-?[1-9]\d{15,}$/;

/**
 * Parses JSON like `JSON.parse`, but whole numbers below -(2^53 - 1) or above 2^53 - 1 become texts
 * of their digits.
 *
 * @throws {SyntaxError} where it is not JSON
 */
export function parseExactly(text: string): unknown {
	return JSON.parse(withExactIntegers(text));
}

/**
 * Puts whole numbers that a double cannot hold between quotes, for whoever parses the text later.
 * What is not JSON before is none afterwards.
 *
 * @param text JSON
 * @returns the same text where there is no such number, which costs next to nothing to find out
 */
export function withExactIntegers(text: string): string {
	return mayHoldUnsafeInteger(text) ? quoteUnsafeIntegers(text) : text;
}

/** Of 16 digits in a row one stands at a multiple of 16, so that 15 of 16 characters are passed over. */
function mayHoldUnsafeInteger(text: string): boolean {
	for (let at = FIRST_UNSAFE_LENGTH - 1; at < text.length; at += FIRST_UNSAFE_LENGTH) {
		if (!isDigit(text.charCodeAt(at))) continue;
		let start = at;
		let end = at + 1;
		while (start > 0 && isDigit(text.charCodeAt(start - 1))) start -= 1;
		while (end < text.length && isDigit(text.charCodeAt(end))) end += 1;
		if (end - start >= FIRST_UNSAFE_LENGTH && standsAlone(text, start, end)) return true;
	}
	return false;
}

/** Most long runs of digits are part of a text, such as a group's address: those need no closer look. */
function standsAlone(text: string, start: number, end: number): boolean {
	const before = text[start - 1] === '-' ? text[start - 2] : text[start - 1];
	return isBetweenTokens(before) && isBetweenTokens(text[end]);
}

function isBetweenTokens(character: string | undefined): boolean {
	return character === undefined || ' \t\r\n,:[]}'.includes(character);
}

function quoteUnsafeIntegers(text: string): string {
	let quoted = '';
	let copied = 0;
	let at = 0;
	while (at < text.length) {
		const code = text.charCodeAt(at);
		if (code === QUOTE) {
			at = endOfText(text, at);
		} else if (code === MINUS || isDigit(code)) {
			const end = endOfNumber(text, at);
			const number = text.slice(at, end);
			if (isUnsafe(number) && !isBeforeColon(text, end)) {
				quoted += `${text.slice(copied, at)}"${number}"`;
				copied = end;
			}
			at = end;
		} else {
			at += 1;
		}
	}
	return quoted + text.slice(copied);
}

/** @param start where its first quote is */
function endOfText(text: string, start: number): number {
	for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
		let from = end;
		while (text.charCodeAt(from - 1) === BACKSLASH) from -= 1;
		if ((end - from) % 2 === 0) return end + 1;
	}
	return text.length;
}

function endOfNumber(text: string, start: number): number {
	let end = start + 1;
	while (end < text.length && '0123456789+-.eE'.includes(text.charAt(end))) end += 1;
	return end;
}

function isUnsafe(number: string): boolean {
	return LONG_INTEGER.test(number) && !Number.isSafeInteger(Number(number));
}

/** A number cannot be a name in JSON; between quotes it would become one. */
function isBeforeColon(text: string, end: number): boolean {
	let next = end;
	while (' \t\r\n'.includes(text.charAt(next)) && next < text.length) next += 1;
	return text.charCodeAt(next) === COLON;
}

function isDigit(code: number): boolean {
	return code >= 0x30 && code <= 0x39;
}
