import type { PaymentFormat } from './formats';
import { TAIL } from './tail';

/** A format ready to be held against a clean text. */
export interface CompiledFormat {
	readonly format: PaymentFormat;
	readonly expression: RegExp;
	/** The name must start with a capital letter or a digit. */
	readonly capitalised: boolean;
	/** The name stands behind the amount, where a second amount would look like a part of it. */
	readonly nameIsLast: boolean;
}

/** Nothing that could be part of a longer number, another currency or a percentage may follow. */
const AMOUNT_END = '(?![\\p{L}\\p{N}\\p{M}%$€]|[.,][0-9]| [0-9])(?: soles(?!\\p{L}))?';

/**
 * The characters of names: letters, digits and what shops put between them. No `:`, `!`, `?`, `$`:
 * those are where a sentence goes on.
 */
const NAME = '[\\p{L}\\p{M}0-9 .,\'’´`*&/()#+@_º°ª"-]{1,80}?';

/** The full stop of "Perez F." belongs to the name, that of "Pedro." does not. */
const name = (group: string) => `(?<${group}>${NAME}(?:(?<= \\p{L})\\.)?)`;

const amount = (group: string) =>
	`(?:S/\\.?|PEN) ?(?<${group}>[0-9](?:[0-9.,]{0,20}[0-9])?)${AMOUNT_END}`;

const PLACEHOLDERS: Readonly<Record<string, string>> = {
	'<amount>': amount('amount'),
	'<amount2>': amount('amount2'),
	'<payer>': name('payer'),
	'<Payer>': name('payer'),
	'<payer2>': name('payer2'),
	'<payee>': name('payee'),
};

/**
 * Compiles a format. It has to fit the whole text, so that no sentence around it can change what it
 * says; and since names and amounts are bounded, so is the work that a text can cause.
 */
export function compileFormat(format: PaymentFormat): CompiledFormat {
	const source = format.pattern.replaceAll(
		/<\w+>/g,
		(placeholder) => PLACEHOLDERS[placeholder] ?? placeholder,
	);
	return {
		format,
		expression: new RegExp(`^${source}${TAIL}$`, 'iu'),
		capitalised: format.pattern.includes('<Payer>'),
		nameIsLast: /<amount>.*<(?:[Pp]ayer|payee)>/.test(format.pattern),
	};
}
