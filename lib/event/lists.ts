/**
 * The names of a list, or of one text with commas or line breaks between them; in a list a name may
 * have a comma.
 *
 * @param separator in a text
 */
export function namesIn(value: unknown, separator: RegExp = /[,\n]/): string[] {
	const entries: readonly unknown[] = Array.isArray(value)
		? value
		: String(value ?? '').split(separator);
	return entries.map((entry) => String(entry ?? '').trim()).filter((name) => name !== '');
}

/** The words of a text, with commas or white space between them. */
export function wordsIn(text: string): string[] {
	return text.split(/[\s,]+/).filter((word) => word !== '');
}
