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
