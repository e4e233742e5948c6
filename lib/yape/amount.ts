/** Digits that fit: 999,999,999.99 soles, far below what a number holds exactly. */
const MOST_DIGITS = 9;

const PLAIN = /^(0|[1-9]\d*)(?:[.,](\d{1,2}))?$/;

/** Three digits after a separator are thousands, since céntimos have two at most. */
const GROUPED = /^([1-9]\d{0,2}(?:([.,])\d{3})(?:\2\d{3})*)(?:(?!\2)[.,](\d{1,2}))?$/;

/**
 * Reads an amount as wallets write it: `0.1`, `50`, `1,250.00`, `1.250,00`, `187,43`, and `1.250` as
 * one thousand two hundred and fifty. Whatever can be read in two ways is not read.
 *
 * @param text digits and separators only
 * @returns integer céntimos, or undefined where it is not surely an amount
 */
export function readCents(text: string): number | undefined {
	const plain = PLAIN.exec(text);
	if (plain !== null) return toCents(plain[1] ?? '', plain[2] ?? '');
	const grouped = GROUPED.exec(text);
	return grouped === null
		? undefined
		: toCents((grouped[1] ?? '').replaceAll(/\D/g, ''), grouped[3] ?? '');
}

/**
 * Reads an amount that the sender gives in a field of its own, where a point is decimal by the rules
 * of JSON and a text may also be written as wallets do.
 *
 * @returns what it may mean in céntimos, empty where it means nothing; undefined where nothing is given
 */
export function fieldCents(value: unknown): readonly number[] | undefined {
	if (value === null || value === undefined || value === '') return undefined;
	const text = typeof value === 'number' || typeof value === 'string' ? String(value).trim() : '';
	const decimal = /^(\d+)(?:\.(\d*?)0*)?$/.exec(text);
	const fraction = decimal?.[2] ?? '';
	const readings = [
		decimal !== null && fraction.length <= 2
			? toCents((decimal[1] ?? '').replace(/^0+(?=\d)/, ''), fraction)
			: undefined,
		typeof value === 'string' ? readCents(text.replace(/^(?:S\/\.?|PEN) ?/i, '')) : undefined,
	];
	return readings.filter((cents) => cents !== undefined);
}

/** Céntimos as soles with two decimals: 5 is `0.05`. */
export function formatCents(cents: number): string {
	const digits = String(cents).padStart(3, '0');
	return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

function toCents(soles: string, decimals: string): number | undefined {
	return soles.length > MOST_DIGITS
		? undefined
		: Number(soles) * 100 + Number(decimals.padEnd(2, '0'));
}
