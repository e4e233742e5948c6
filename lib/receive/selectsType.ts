/**
 * Whether the parameter `events` of a trigger wants events of this type.
 *
 * @param events a list of patterns, or one text with commas or line breaks between them. `*` stands
 * for any text. A pattern may leave out the first part of the type: `order.*` for `kometia.order.*`
 * @param type such as `kometia.order.created`
 */
export function selectsType(events: unknown, type: string): boolean {
	const short = type.slice(type.indexOf('.') + 1);
	return readPatterns(events).some(
		(pattern) => matchesPattern(pattern, type) || matchesPattern(pattern, short),
	);
}

/** The parameter `Events` holds no pattern: nothing is known of what the workflow wants. */
export class NothingSelectedError extends Error {
	override readonly name = 'NothingSelectedError';

	constructor() {
		super(
			"'Events' gives nothing, so no event could start the workflow. Choose at least one event, or check the expression: one that fails gives nothing in n8n.",
		);
	}
}

/** @throws {NothingSelectedError} where the parameter `events` holds no pattern */
export function assertSelectsSome(events: unknown): void {
	const texts = (Array.isArray(events) ? events : [events]).filter(
		(entry) => typeof entry === 'string',
	);
	if (readPatterns(texts).length === 0) throw new NothingSelectedError();
}

/** The patterns of a list, or of one text with commas or line breaks between them. */
export function readPatterns(patterns: unknown): string[] {
	return (Array.isArray(patterns) ? patterns : [patterns])
		.flatMap((entry) => String(entry ?? '').split(/[,\n]/))
		.map((pattern) => pattern.trim())
		.filter((pattern) => pattern !== '');
}

/**
 * Whether a text fits a pattern in which `*` stands for any text. Linear in both lengths, so that no
 * pattern can hold up n8n, which a regular expression could.
 */
export function matchesPattern(pattern: string, text: string): boolean {
	const [first = '', ...rest] = pattern.split('*');
	if (rest.length === 0) return pattern === text;
	const last = rest.pop() ?? '';
	if (text.length < first.length + last.length) return false;
	if (!text.startsWith(first) || !text.endsWith(last)) return false;
	let from = first.length;
	for (const part of rest) {
		const at = text.indexOf(part, from);
		if (at < 0) return false;
		from = at + part.length;
	}
	return from <= text.length - last.length;
}
