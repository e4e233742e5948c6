/** Emoji that say that something failed or is taken away: never decoration. */
const DENYING_EMOJI = '❌🚫⛔❎✖🛑⚠❗❓❔❕➖➕🔟🔴';

const EMOJI = `(?![${DENYING_EMOJI}])(?:\\p{Extended_Pictographic}|\\p{RI})[\\uFE0F\\p{EMod}]*`;

/** Decoration at either end, or behind the end of a sentence; never right behind a digit. */
const LEADING_EMOJI = new RegExp(`^(?:${EMOJI} ?)+`, 'u');
const TRAILING_EMOJI = new RegExp(`(?<![0-9])(?: ?${EMOJI})+ ?(?=[.!]?$)`, 'u');
const EMOJI_AFTER_SENTENCE = new RegExp(`(?<=[.!])(?: ?${EMOJI})+(?= |$)`, 'gu');

/** Anything but Latin letters and signs with one space between them; most texts have nothing of it. */
const MORE_THAN_WORDS = /[^ -~\u00A1-\u00A8\u00AA-\u00AC\u00AF-\u024F]| {2}/;

/**
 * The words of a notification with one space between them: line breaks, tabs and no-break spaces
 * become spaces, accents are composed, UTF-8 that was read as Latin-1 is put right, and what nobody
 * sees or what only decorates is taken out.
 *
 * @param invisible what stands for zero-width and direction marks; a forwarder may have put one in
 * place of a space
 */
export function cleanText(text: string, invisible: '' | ' ' = ''): string {
	const composed = repairMojibake(text).normalize('NFC');
	if (!MORE_THAN_WORDS.test(composed)) return composed.trim();
	return composed
		.replaceAll(/\uFFFD+/g, '\uFFFD')
		.replaceAll(/\p{Cf}/gu, invisible)
		.replaceAll(/[\s\p{Z}\p{Cc}]+/gu, ' ')
		.trim()
		.replace(LEADING_EMOJI, '')
		.replace(TRAILING_EMOJI, '')
		.replaceAll(EMOJI_AFTER_SENTENCE, '')
		.trim();
}

const MORE_THAN_ASCII = /[^\0-\x7F]/;
const ACCENTED = /[\u00C0-\u024F\u1E00-\u1EFF]/g;
const UNDECODED = /(?<=[a-z])\uFFFD(?=[ a-z])/g;

/**
 * Letters without their accents, each in its place: as long as the text, so that places fit both. What
 * could not be decoded is read as what it usually is: `envi\uFFFD` as `envió`, `c\uFFFDdigo` as `código`.
 */
export function fold(text: string): string {
	if (!MORE_THAN_ASCII.test(text)) return text;
	const plain = text.replaceAll(ACCENTED, (letter) => letter.normalize('NFD').charAt(0));
	return plain.includes('\uFFFD') ? plain.replaceAll(UNDECODED, 'o') : plain;
}

/** Stand for every letter and mark, and every pictograph, that is not ASCII: see `inOneAlphabet`. */
export const ANY_LETTER = 'ª';
export const ANY_PICTOGRAPH = '☺';

const FOREIGN_LETTER = /(?![ªº])(?:(?![\0-\x7F])[\p{L}\p{M}])/gu;
const PICTOGRAPH = /(?![\0-\x7F])\p{Extended_Pictographic}/gu;

/**
 * A folded text in which one letter stands for all of other alphabets, and one sign for all
 * pictographs, each in its place. What knows only these needs no Unicode classes, with which the
 * formats would take a second to compile.
 */
export function inOneAlphabet(folded: string): string {
	if (!MORE_THAN_ASCII.test(folded)) return folded;
	return folded
		.replaceAll(FOREIGN_LETTER, (letter) => ANY_LETTER.repeat(letter.length))
		.replaceAll(PICTOGRAPH, (sign) => ANY_PICTOGRAPH.repeat(sign.length));
}

/** Whether there are digits that are not 0 to 9: Arabic-Indic, full width, superscript, ½, keycaps. */
export function hasOtherDigits(text: string): boolean {
	return /[^\P{N}0-9]|\u20E3|🔟/u.test(text);
}

/** What Windows-1252 has in place of the control characters 0x80 to 0x9F of Latin-1. */
const WINDOWS_1252 = new Map(
	[...'€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008DŽ\u008F\u0090‘’“”•–—˜™š›œ\u009Dž\u009F'].map((character, index) => [
		character,
		0x80 + index,
	]),
);
WINDOWS_1252.set('Ÿ', 0x9f);

const NEXT = `[\\u0080-\\u00BF${[...WINDOWS_1252.keys()].join('')}]`;

/** Two, three and four bytes of UTF-8 as they look: Latin letters, punctuation, emoji. */
const SEQUENCE = new RegExp(`[\\u00C2-\\u00C5]${NEXT}|\\u00E2${NEXT}{2}|\\u00F0${NEXT}{3}`, 'gu');

/** Bytes of "í" whose second one, a soft hyphen, a forwarder took out. */
const CUT_OFF = /Ã(?=\p{Ll})/gu;

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

/** Some texts went through it twice. */
const MOST_ROUNDS = 2;

/** Puts right what was UTF-8 and was read as Latin-1 or Windows-1252: `enviÃ³` is `envió`. */
export function repairMojibake(text: string): string {
	let repaired = text;
	for (let round = 0; round < MOST_ROUNDS; round++) {
		if (!/[\u00C2-\u00C5\u00E2\u00F0]/.test(repaired)) return repaired;
		repaired = repaired.replaceAll(SEQUENCE, decode).replaceAll(CUT_OFF, 'í');
	}
	return repaired;
}

function decode(sequence: string): string {
	const bytes = [...sequence].map(
		(character) => WINDOWS_1252.get(character) ?? character.charCodeAt(0),
	);
	try {
		return UTF_8.decode(Uint8Array.from(bytes));
	} catch {
		return sequence;
	}
}
