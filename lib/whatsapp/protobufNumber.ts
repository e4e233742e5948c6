/**
 * Reads a number of a protocol buffer as JSON shows it: a number, digits, or (for 64 bits) the
 * object `{low, high, unsigned}` of the library long.js, which Baileys uses.
 *
 * @returns undefined where the value is none of these
 */
export function readProtobufNumber(value: unknown): number | undefined {
	if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
	if (typeof value === 'string') {
		const text = value.trim();
		return /^-?\d{1,20}(?:\.\d{1,20})?$/.test(text) ? Number(text) : undefined;
	}
	if (typeof value !== 'object' || value === null) return undefined;
	const { low, high } = value as Record<string, unknown>;
	if (typeof low !== 'number' || typeof high !== 'number') return undefined;
	const number = high * 2 ** 32 + (low >>> 0);
	return Number.isFinite(number) ? number : undefined;
}
