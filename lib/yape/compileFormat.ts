import { WORDS, type PaymentFormat } from './formats';
import { TAIL } from './tail';

/** A format ready to be held against a clean and folded text. */
export interface CompiledFormat {
	readonly format: PaymentFormat;
	readonly expression: RegExp;
	/**
	 * A first look, against the text in lower case: what follows the name that the text begins with,
	 * which costs far less to look for than every end that the name may have.
	 */
	readonly firstLook: RegExp | undefined;
	/** The name must start with a capital letter or a digit. */
	readonly capitalised: boolean;
	/** The name stands behind the amount, where a second amount would look like a part of it. */
	readonly nameIsLast: boolean;
}

/** How soles are written before the number: `S/`, `S/.`, `S./`, `S /`, `PEN`. */
export const CURRENCY = '(?:S ?(?:/ ?\\.?|\\./)|PEN) ?';

const NUMBER = '[0-9](?:[0-9.,]{0,20}[0-9])?';

/** Nothing that could be part of a longer number, another currency or a percentage may follow. */
const AMOUNT_END =
	"(?![\\p{L}\\p{N}\\p{M}%$€'’]|[.,][0-9]| [0-9])(?: (?:(?:nuevos )?soles|PEN)(?!\\p{L}))?";

/**
 * The characters of names: letters, digits and what shops put between them. No `:`, `!`, `?`, `$`:
 * those are where a sentence goes on.
 */
const NAME =
	'[\\p{L}\\p{M}\\p{Extended_Pictographic}\\uFE0F\\uFFFD0-9 .,\'’´`*&/()#+@_º°ª"-]{1,80}?';

/** The full stop of "Perez F." belongs to the name, that of "Pedro." does not. */
const name = (group: string) => `(?<${group}>${NAME}(?:(?<= \\p{L})\\.)?)`;

const amount = (group: string) =>
	`(?:${CURRENCY}(?<${group}>${NUMBER})${AMOUNT_END}|(?<${group}Before>${NUMBER}) (?:(?:nuevos )?soles|PEN)(?!\\p{L}))`;

/** Words that a name does not begin with where it follows without "de". */
const NO_NAME =
	'(?!(?:a|al|con|de|del|desde|dinero|el|en|la|los|por|que|su|tu|una?|v[i]a|y)(?![\\p{L}\\p{N}]))';

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
	const source = inWords.replaceAll(
		/<\w+>/g,
		(placeholder) => PLACEHOLDERS[placeholder] ?? placeholder,
	);
	return {
		format,
		firstLook: afterName === undefined ? undefined : new RegExp(afterName),
		expression: new RegExp(`^¡?(?:${source})${TAIL}$`, 'diu'),
		capitalised: /<(?:Payer|Named)>/.test(format.pattern),
		nameIsLast: /<amount>.*<(?:[Pp]ayer|Named|payee)>/.test(format.pattern),
	};
}
