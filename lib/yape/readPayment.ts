import { readCents } from './amount';
import { cleanText, hasOtherDigits } from './cleanText';
import { compileFormat, type CompiledFormat } from './compileFormat';
import { INCOMING, OUTGOING, OUTGOING_STARTS, PREFIXES } from './formats';
import { deniesPayment, readName } from './names';
import { readTail } from './tail';
import type { NotAPayment } from './vocabulary';

/** What a text says about money that moved. */
export interface TextPayment {
	readonly direction: 'in' | 'out';
	/** Name of the format that fits. */
	readonly format: string;
	/** The app that writes so. */
	readonly app: string;
	/** Céntimos of a sol, above 0. */
	readonly cents: number;
	/** Who paid or was paid, as shown; null where the wallet does not say. */
	readonly name: string | null;
	readonly securityCode: string | null;
	readonly operationNumber: string | null;
}

/** A payment, or why there is none. */
export type Reading =
	| { readonly payment: TextPayment; readonly note?: undefined }
	| { readonly payment?: undefined; readonly note: NotAPayment };

/** Far longer than any notification, and than the mails that banks send. */
const LONGEST_TEXT = 4_000;

/** A title, a greeting and a mark are as many as there are. */
const MOST_PREFIXES = 4;

const incoming = INCOMING.map(compileFormat);
const outgoing = OUTGOING.map(compileFormat);
const prefix = new RegExp(`^(?:${PREFIXES.join('|')}) ?`, 'iu');
const outgoingTitle = new RegExp(`^[¡!]?(?:${OUTGOING_STARTS})(?!\\p{L})`, 'iu');

/** A payer may be called "Enviaste"; then "te envió" follows, not an amount. */
const outgoingText = new RegExp(
	`^[¡!]?(?:${OUTGOING_STARTS})(?!\\p{L})[!.:]* ?(?:$|S/|PEN|[0-9]|(?:a|al|con|de|el|en|la|por|tu|una?)(?!\\p{L}))`,
	'iu',
);

const ANOTHER_AMOUNT = /(?:S\/\.?|PEN|USD) ?[0-9]/i;

/**
 * Reads a notification's title and text as a payment. Outgoing formats are tried first; whatever fits
 * no format to its last character, or can be read in two ways, is not a payment.
 */
export function readPayment(title: string, text: string): Reading {
	if (title.length + text.length > LONGEST_TEXT) return { note: 'text_too_long' };
	if (hasOtherDigits(title) || hasOtherDigits(text)) return { note: 'other_digits' };
	let note: NotAPayment = 'unknown_format';
	for (const candidate of candidates(title, text)) {
		const reading = readSentence(candidate);
		if (reading.payment?.direction === 'in') return confirmedByTitle(reading, cleanText(title));
		if (reading.payment !== undefined) return reading;
		if (note === 'unknown_format') note = reading.note;
	}
	return { note };
}

/** The text, or else title and text in one, since some forwarders split the sentence there. */
function candidates(title: string, text: string): Set<string> {
	const whole = `${title}\n${text}`;
	return new Set([
		cleanText(text),
		cleanText(text, ' '),
		...(text.trim() === '' || title.trim() === '' ? [] : [cleanText(whole), cleanText(whole, ' ')]),
	]);
}

function confirmedByTitle(reading: Reading, title: string): Reading {
	return deniesPayment(title) || outgoingTitle.test(title)
		? { note: 'title_contradicts' }
		: reading;
}

function readSentence(text: string): Reading {
	const sentence = withoutPrefixes(text);
	const sent = firstReading(outgoing, 'out', [text, sentence]);
	if (sent !== undefined) return sent;
	if (outgoingText.test(text) || outgoingText.test(sentence)) return { note: 'outgoing' };
	return firstReading(incoming, 'in', [sentence]) ?? { note: 'unknown_format' };
}

function withoutPrefixes(text: string): string {
	let rest = text;
	for (let count = 0; count < MOST_PREFIXES; count++) rest = rest.replace(prefix, '');
	return rest;
}

/** All formats that fit have to agree; two that do not, maybe one that is added later, are none. */
function firstReading(
	formats: readonly CompiledFormat[],
	direction: 'in' | 'out',
	sentences: readonly string[],
): Reading | undefined {
	const fitting = sentences
		.flatMap((sentence) =>
			formats.map((compiled) => ({
				decides: compiled.format.decides,
				reading: readFormat(compiled, direction, sentence),
			})),
		)
		.filter(({ reading }) => reading !== undefined);
	const deciding = fitting.filter(({ decides }) => decides);
	const readings = (deciding.length > 0 ? deciding : fitting)
		.map(({ reading }) => reading)
		.filter((reading) => reading !== undefined);
	const failed = readings.find(({ note }) => note !== undefined);
	if (failed !== undefined) return failed;
	const amounts = new Set(readings.map(({ payment }) => payment?.cents));
	return amounts.size > 1 ? { note: 'ambiguous' } : readings[0];
}

function readFormat(
	{ format, expression, capitalised, nameIsLast }: CompiledFormat,
	direction: 'in' | 'out',
	sentence: string,
): Reading | undefined {
	const groups = expression.exec(sentence)?.groups;
	if (groups === undefined) return undefined;
	const tail = readTail(groups.tail ?? '');
	if (format.needsOperation && tail.operationNumber === null) return undefined;
	const cents = readCents(groups.amount ?? '');
	if (cents === undefined || cents === 0) return { note: 'amount_unclear' };
	if (groups.amount2 !== undefined && readCents(groups.amount2) !== cents) {
		return { note: 'ambiguous' };
	}
	const shown = groups.payer ?? groups.payee;
	if (nameIsLast && shown !== undefined && ANOTHER_AMOUNT.test(shown)) return { note: 'ambiguous' };
	const name = shown === undefined ? null : readName(shown);
	// That money went out is said by the verb, whoever got it.
	if (direction === 'in' && (name === undefined || (capitalised && !startsLikeName(name)))) {
		return { note: 'not_a_name' };
	}
	return {
		payment: {
			direction,
			format: format.name,
			app: format.app,
			cents,
			name: name ?? shown?.trim() ?? null,
			...tail,
		},
	};
}

function startsLikeName(name: string | null): boolean {
	return name === null || /^[\p{Lu}\p{Lt}\p{Lo}0-9]/u.test(name);
}
