/** Readers of cells that a person may have written: what they mean, however they are put. */

const YES: ReadonlySet<string> = new Set(['true', 'yes', 'y', '1', 'on', 'sí', 'si', 'sim']);
const NO: ReadonlySet<string> = new Set(['false', 'no', 'n', '0', 'off', 'não', 'nao']);

/** A text without the blanks around it; empty where there is nothing. */
export function textOf(cell: unknown): string {
	if (typeof cell === 'string') return cell.trim();
	return typeof cell === 'number' || typeof cell === 'boolean' ? String(cell) : '';
}

/** Yes or no, also in words; `fallback` where there is nothing, undefined where it is neither. */
export function booleanOf(cell: unknown, fallback: boolean): boolean | undefined {
	const text = textOf(cell).toLowerCase();
	if (text === '') return fallback;
	if (YES.has(text)) return true;
	return NO.has(text) ? false : undefined;
}

/** A number, also as text and with a decimal comma; undefined where it is none. */
export function numberOf(cell: unknown): number | undefined {
	const text = textOf(cell).replace(',', '.');
	const number = text === '' ? NaN : Number(text);
	return Number.isFinite(number) ? number : undefined;
}

/** A point in time; undefined where it is none. */
export function dateOf(cell: unknown): Date | undefined {
	const text = textOf(cell);
	const time = text === '' ? NaN : Date.parse(text);
	return Number.isFinite(time) ? new Date(time) : undefined;
}

/** A list: JSON, or entries with commas or line breaks between them. Undefined for broken JSON. */
export function listOf(cell: unknown): string[] | undefined {
	const text = textOf(cell);
	if (!text.startsWith('[')) return entries(text.split(/[,;\n]/));
	try {
		const parsed: unknown = JSON.parse(text);
		return Array.isArray(parsed) ? entries(parsed.map(textOf)) : undefined;
	} catch {
		return undefined;
	}
}

const entries = (texts: readonly string[]) =>
	texts.map((text) => text.trim()).filter((text) => text !== '');
