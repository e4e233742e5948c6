import { namesIn } from './lists';

/** Of a longer type its beginning counts: a sender may write as much as it likes. */
const LONGEST_TYPE = 255;

/**
 * Whether the parameter `events` of a trigger wants events of this type.
 *
 * @param events a list of patterns, or one text with commas or line breaks between them. `*` stands
 * for any text. A pattern may leave out the first part of the type: `order.*` for `kometia.order.*`
 * @param type such as `kometia.order.created`
 */
export function selectsType(events: unknown, type: string): boolean {
	return fitsType(readPatterns(events), type);
}

/** The same for patterns that were read: the one rule for types in the whole package. */
export function fitsType(patterns: readonly string[], type: string): boolean {
	const compared = type.length > LONGEST_TYPE ? type.slice(0, LONGEST_TYPE) : type;
	const short = compared.slice(compared.indexOf('.') + 1);
	return patterns.some(
		(pattern) => matchesPattern(pattern, compared) || matchesPattern(pattern, short),
	);
}

/**
 * Asserts that the parameter `events` holds a pattern: without one nothing is known of what the
 * workflow wants.
 *
 * @throws {Error} that says what to do
 */
export function assertSelectsSome(events: unknown): void {
	const texts = (Array.isArray(events) ? events : [events]).filter(
		(entry) => typeof entry === 'string',
	);
	if (readPatterns(texts).length > 0) return;
	throw new Error(
		"'Events' is empty, so no event could start the workflow. Choose at least one event, or check the expression: in n8n, an expression that fails returns nothing.",
	);
}

/** The patterns of a list, or of one text with commas or line breaks between them. */
export function readPatterns(patterns: unknown): string[] {
	return (Array.isArray(patterns) ? patterns : [patterns]).flatMap((entry) =>
		namesIn(String(entry ?? '')),
	);
}

/** Whether a text fits a pattern, see {@link TextPattern}. */
export function matchesPattern(pattern: string, text: string): boolean {
	if (pattern === '*') return true;
	return pattern.includes('*') ? new TextPattern(pattern).matches(text) : pattern === text;
}

/**
 * A pattern in which `*` stands for any text. Compares in time in proportion to both lengths together,
 * so that no pattern can hold up n8n, which a regular expression could.
 */
export class TextPattern {
	/** Whether something stands between two `*`, which is looked for in the whole text. */
	readonly isSearch: boolean;

	private readonly first: string;

	private readonly last: string | undefined;

	private readonly middle: readonly SoughtPart[];

	constructor(pattern: string) {
		const [first = '', ...rest] = pattern.split(/\*+/);
		this.first = first;
		this.last = rest.pop();
		this.middle = rest.map((part) => new SoughtPart(part));
		this.isSearch = this.middle.length > 0;
	}

	matches(text: string): boolean {
		const { first, last } = this;
		if (last === undefined) return text === first;
		if (text.length < first.length + last.length) return false;
		// The engine compares slices many characters at a time, and startsWith and endsWith one by one.
		if (text.slice(0, first.length) !== first) return false;
		if (text.slice(text.length - last.length) !== last) return false;
		let from = first.length;
		for (const part of this.middle) {
			const at = part.indexIn(text, from);
			if (at < 0) return false;
			from = at + part.length;
		}
		return from <= text.length - last.length;
	}
}

/** Up to here the engine's own search is faster even where it has to look at everything again. */
const SHORT_PART = 8;

/**
 * `text.indexOf(part, from)` in linear time: the engine's own takes the product of both lengths where
 * a text nearly fits everywhere (Knuth, Morris, Pratt 1977).
 */
class SoughtPart {
	readonly length: number;

	/** By length of what fits: how much of it may be the beginning of another place that fits. */
	private borders: Uint32Array | undefined;

	constructor(private readonly part: string) {
		this.length = part.length;
	}

	/** @returns where it begins; -1 where it is not there */
	indexIn(text: string, from: number): number {
		const { part } = this;
		if (part.length > text.length - from) return -1;
		if (part.length <= SHORT_PART) return text.indexOf(part, from);
		const start = text.indexOf(part.slice(0, SHORT_PART), from);
		return start < 0 ? -1 : this.search(text, start);
	}

	private search(text: string, from: number): number {
		const { part } = this;
		const borders = (this.borders ??= bordersOf(part));
		for (let at = from, fitting = 0; at < text.length; at += 1) {
			const code = text.charCodeAt(at);
			while (fitting > 0 && code !== part.charCodeAt(fitting)) fitting = borders[fitting - 1] ?? 0;
			if (code === part.charCodeAt(fitting)) fitting += 1;
			if (fitting === part.length) return at - part.length + 1;
		}
		return -1;
	}
}

function bordersOf(part: string): Uint32Array {
	const borders = new Uint32Array(part.length);
	for (let at = 1, border = 0; at < part.length; at += 1) {
		while (border > 0 && part.charCodeAt(at) !== part.charCodeAt(border)) {
			border = borders[border - 1] ?? 0;
		}
		if (part.charCodeAt(at) === part.charCodeAt(border)) border += 1;
		borders[at] = border;
	}
	return borders;
}
