const UNITS_MS: Readonly<Record<string, number>> = {
	ms: 1,
	s: 1_000,
	m: 60_000,
	h: 3_600_000,
	d: 86_400_000,
};

/**
 * Reads a duration such as `5s`, `1.5h` or `300` (seconds).
 *
 * @returns milliseconds; undefined where it is none
 */
export function readDuration(text: string): number | undefined {
	const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/i.exec(text.trim());
	if (match === null) return undefined;
	const [, amount, unit = 's'] = match;
	return Math.round(Number(amount) * (UNITS_MS[unit.toLowerCase()] ?? 0));
}
