/** Deeper than any provider nests; a cycle cannot come out of JSON. */
const DEEPEST = 100;

/**
 * Whether a text occurs in a value of some JSON, in upper or lower case. Names of fields do not count.
 *
 * @param wanted in lower case
 */
export function containsText(value: unknown, wanted: string, depth = 0): boolean {
	if (typeof value === 'string') return value.toLowerCase().includes(wanted);
	if (typeof value === 'number' || typeof value === 'boolean') {
		return String(value).includes(wanted);
	}
	if (typeof value !== 'object' || value === null || depth >= DEEPEST) return false;
	return Object.values(value).some((one) => containsText(one, wanted, depth + 1));
}
