import type { ProviderEvent } from '../event/envelope';
import { readCents } from './amount';
import { cleanText, fold, hasOtherDigits, inOneAlphabet, repairMojibake } from './cleanText';
import {
	compileFormat,
	type CompiledFormat,
	INCOMING,
	OUTGOING,
	OUTGOING_STARTS,
	PREFIXES,
	readTail,
} from './formats';
import { CURRENCY } from './money';
import { deniesPayment, readName } from './names';
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
	/** A bank writes so too where it was paid itself. */
	readonly notOfBanks: boolean;
}

/** A payment, or why there is none. */
export type Reading =
	| { readonly payment: TextPayment; readonly note?: undefined }
	| {
			readonly payment?: undefined;
			readonly note: NotAPayment;
			/** With the note `several_payments`: each of them, in the order shown. */
			readonly payments?: readonly TextPayment[];
	  };

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

/** Looked for before anything else: without it there is nothing to read. */
const MONEY = new RegExp(`${CURRENCY}[0-9]|[0-9] (?:(?:nuevos )?soles|PEN)(?!\\p{L})`, 'iu');

const ANOTHER_AMOUNT = new RegExp(`(?:${CURRENCY}|USD ?)[0-9]|[0-9] (?:soles|PEN)`, 'iu');

/** Between the notifications that a forwarder or Android's own list of them put into one text. */
const BETWEEN_NOTIFICATIONS =
	/\r?\n| [|•] |[;,] | \/ |(?<=[0-9])[.!]? (?=¡?(?:Yape|Plin)!)|(?<=[0-9])[.!] /;

/** As many as a notification of Android shows, and more. */
const MOST_LINES = 50;

/**
 * Reads a notification's title and text as a payment. Outgoing formats are tried first; whatever fits
 * no format to its last character, or can be read in two ways, is not a payment. Of several in one
 * text none is chosen: they are told as `payments`.
 */
export function readPayment(title: string, text: string): Reading {
	if (title.length + text.length > LONGEST_TEXT) return { note: 'text_too_long' };
	if (hasOtherDigits(repairMojibake(title)) || hasOtherDigits(repairMojibake(text))) {
		return { note: 'other_digits' };
	}
	let note: NotAPayment = 'unknown_format';
	for (const candidate of candidates(title, text)) {
		const reading = readSentence(candidate);
		if (reading.payment?.direction === 'in') return confirmedByTitle(reading, cleanText(title));
		if (reading.payment !== undefined) return reading;
		if (note === 'unknown_format') note = reading.note;
	}
	return severalPayments(cleanText(title), text) ?? { note };
}

/** At least two lines that are payments by themselves; what else stands there does not matter then. */
function severalPayments(title: string, text: string): Reading | undefined {
	const lines = text.split(BETWEEN_NOTIFICATIONS, MOST_LINES);
	if (lines.length < 2 || deniesPayment(title)) return undefined;
	const payments = lines
		.map((line) => readSentence(folded(cleanText(line))).payment)
		.filter((payment) => payment !== undefined);
	return payments.length < 2 ? undefined : { note: 'several_payments', payments };
}

/** A clean text as shown, and folded, in one alphabet: the same places in both. */
interface Sentence {
	readonly shown: string;
	readonly plain: string;
}

function folded(shown: string): Sentence {
	return { shown, plain: inOneAlphabet(fold(shown)) };
}

function from({ shown, plain }: Sentence, start: number, end?: number): Sentence {
	return { shown: shown.slice(start, end), plain: plain.slice(start, end) };
}

/** The text, or else title and text in one, since some forwarders split the sentence there. */
function* candidates(title: string, text: string): Generator<Sentence> {
	const isSplit = text.trim() !== '' && title.trim() !== '';
	const seen = new Set<string>();
	for (const said of [
		text.trim() === '' ? title : text,
		...(isSplit ? [`${title}\n${text}`] : []),
	]) {
		for (const invisible of ['', ' '] as const) {
			const clean = cleanText(said, invisible);
			if (seen.has(clean)) continue;
			seen.add(clean);
			const sentence = folded(clean);
			yield sentence;
			const once = onceOnly(sentence);
			if (once !== undefined) yield once;
		}
	}
}

/** A text that stands there twice, as where a forwarder joins Android's short and long form. */
function onceOnly(sentence: Sentence): Sentence | undefined {
	let rest = sentence;
	for (let count = 0; count <= MOST_PREFIXES; count++) {
		const { shown } = rest;
		const middle = (shown.length - 1) / 2;
		if (shown[middle] === ' ' && shown.slice(0, middle) === shown.slice(middle + 1)) {
			return from(rest, 0, middle);
		}
		const shorter = withoutPrefix(rest);
		if (shorter === rest) return undefined;
		rest = shorter;
	}
	return undefined;
}

function confirmedByTitle(reading: Reading, title: string): Reading {
	return deniesPayment(title) || outgoingTitle.test(fold(title))
		? { note: 'title_contradicts' }
		: reading;
}

function readSentence(whole: Sentence): Reading {
	let sentence = whole;
	for (let count = 0; count < MOST_PREFIXES; count++) {
		const shorter = withoutPrefix(sentence);
		if (shorter === sentence) break;
		sentence = shorter;
	}
	const both = sentence === whole ? [whole] : [sentence, whole];
	// All formats have an amount.
	const hasAmount = MONEY.test(whole.shown);
	const sent = hasAmount ? firstReading(outgoing, 'out', both) : undefined;
	if (sent !== undefined) return sent;
	if (both.some(({ plain }) => outgoingText.test(plain))) return { note: 'outgoing' };
	const came = hasAmount ? firstReading(incoming, 'in', both) : undefined;
	return came ?? { note: 'unknown_format' };
}

/** The very same where it has none. */
function withoutPrefix(sentence: Sentence): Sentence {
	const length = prefix.exec(sentence.plain)?.[0].length ?? 0;
	return length === 0 ? sentence : from(sentence, length);
}

/** All formats that fit have to agree; two that do not, maybe one that is added later, are none. */
function firstReading(
	formats: readonly CompiledFormat[],
	direction: 'in' | 'out',
	sentences: readonly Sentence[],
): Reading | undefined {
	const fitting: Reading[] = [];
	const deciding: Reading[] = [];
	for (const sentence of sentences) {
		const lower = sentence.plain.toLowerCase();
		for (const compiled of formats) {
			if (compiled.firstLook?.test(lower) === false) continue;
			const reading = readFormat(compiled, direction, sentence);
			if (reading !== undefined) (compiled.format.decides ? deciding : fitting).push(reading);
		}
	}
	const readings = deciding.length > 0 ? deciding : fitting;
	const failed = readings.find(({ note }) => note !== undefined);
	if (failed !== undefined) return failed;
	const amounts = new Set(readings.map(({ payment }) => payment?.cents));
	return amounts.size > 1 ? { note: 'ambiguous' } : readings[0];
}

function readFormat(
	{ format, expression, capitalised, nameIsLast }: CompiledFormat,
	direction: 'in' | 'out',
	{ shown: asShown, plain }: Sentence,
): Reading | undefined {
	const found = expression.exec(plain);
	const groups = found?.groups;
	if (groups === undefined) return undefined;
	const tail = readTail(groups.tail ?? '');
	if (format.needsOperation && tail.operationNumber === null) return undefined;
	const cents = readCents(groups.amount ?? groups.amountBefore ?? '');
	if (cents === undefined || cents === 0) return { note: 'amount_unclear' };
	const repeated = groups.amount2 ?? groups.amount2Before;
	if (repeated !== undefined && readCents(repeated) !== cents) return { note: 'ambiguous' };
	// As shown, accents and all: a folded text is as long as what it was made of.
	const place = found?.indices?.groups?.payer ?? found?.indices?.groups?.payee;
	const shown = place === undefined ? undefined : asShown.slice(...place);
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
			notOfBanks: format.notOfBanks === true,
		},
	};
}

function startsLikeName(name: string | null): boolean {
	return name === null || /^[\p{Lu}\p{Lt}\p{Lo}0-9]/u.test(name);
}

/** Words of no person, so that they may stand in a log; all others are masked. */
const WORDS = new Set(
	'a al abonado abonaron abono acreditado acredito cobro codigo con cuenta cuotas de del deposito depositado depositaron dinero el en enviado enviaron envio envia es esta exitosa exitoso fue ha han has hasta hiciste hizo ingreso llego mando monto no nuevo nueva nro numero operacion pagado pagaron pago para pen plin plineado plinearon plineo por qr que realizado realizo recibida recibido recibio recibir recibiste s saldo se seguridad soles su te tienes transferencia transferido transfirieron transfirio tu un una via y ya yape yapeado yapearon yapeo'.split(
		' ',
	),
);

const LONGEST_SHAPE = 200;

/** The text with its names and numbers masked: `Xxx te abonó S/ #`. */
function shapeOf(text: string): string {
	return cleanText(text)
		.slice(0, LONGEST_SHAPE)
		.replaceAll(/\p{N}(?:[\p{N}.,]*\p{N})?/gu, '#')
		.replaceAll(/[\p{L}\p{M}]+/gu, (word) => (WORDS.has(fold(word).toLowerCase()) ? word : 'Xxx'))
		.replaceAll(/Xxx(?: Xxx)+/g, 'Xxx');
}

/**
 * What to tell of an event that looks like money and is no payment to us; it names nobody and no
 * amount.
 *
 * @returns undefined where there is nothing to tell
 */
export function unreadMoney({ type, data }: ProviderEvent): string | undefined {
	if (type !== 'yape.notification.other') return undefined;
	const title = String(data.title);
	const text = String(data.text);
	if (!MONEY.test(cleanText(`${title} ${text}`))) return undefined;
	const shape = shapeOf(`${title} ${text}`);
	if (data.note === 'several_payments') {
		const count = Array.isArray(data.payments) ? data.payments.length : 'Several';
		return `${count} payments came in one delivery, which is one event: 'yape.notification.other' with all of them in 'data.payments': "${shape}". It only starts the workflow if 'Events' includes 'Other Notification'. Select it and handle the list, or make the app send each notification separately.`;
	}
	if (data.note === 'app_unknown') {
		if (readPayment(title, text).payment === undefined) return undefined;
		return `A text that reads like a payment became 'yape.notification.other', because the body does not contain the exact package of a known wallet: "${shape}". Include the app's package in the body, or add a wallet that is not known yet to the option 'Wallet Apps'. Never add an app for chats or SMS.`;
	}
	return `A text that looks like money was not recognized and became 'yape.notification.other' (${String(data.note)}): "${shape}". If it is about a payment, report this shape: names and amounts are masked. To handle such texts yourself, select 'Other Notification' in 'Events'.`;
}
