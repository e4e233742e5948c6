import { fold } from './cleanText';

/** A plain value somewhere in a body. */
export interface Leaf {
	/** Names on the way to it, in lower case without accents and signs, joined by dots. */
	readonly path: string;
	readonly value: string;
}

/** Far more than a notification has; a body of a thousand fields is none. */
const MOST_LEAVES = 1_000;

const DEEPEST = 8;

/** Names as they are compared: `Título`, `package_name` and `PackageName` are three spellings. */
export function plainName(name: string): string {
	return fold(name)
		.toLowerCase()
		.replaceAll(/[^a-z0-9]/g, '');
}

/**
 * All plain values of a body, those near its top first. A name may itself hold dots (`android.text`).
 * A list of plain values is one text of as many lines.
 *
 * @param skipped objects that are not looked into, by their plain name
 */
export function leavesOf(body: unknown, skipped: readonly string[] = []): readonly Leaf[] {
	const leaves: Leaf[] = [];
	let level: ReadonlyArray<readonly [path: string, value: unknown]> = [['', body]];
	for (let depth = 0; depth <= DEEPEST && level.length > 0; depth++) {
		const next: Array<readonly [string, unknown]> = [];
		for (const [path, value] of level) {
			if (leaves.length + next.length > MOST_LEAVES) return leaves;
			const text = plainText(value);
			if (text !== undefined) {
				if (text !== '') leaves.push({ path, value: text });
			} else if (Array.isArray(value)) {
				for (const one of value.slice(0, MOST_LEAVES)) next.push([path, one]);
			} else if (typeof value === 'object' && value !== null) {
				for (const [name, one] of Object.entries(value).slice(0, MOST_LEAVES)) {
					const below = name.split('.').map(plainName).join('.');
					const isSkipped = typeof one === 'object' && skipped.includes(below);
					if (!isSkipped) next.push([path === '' ? below : `${path}.${below}`, one]);
				}
			}
		}
		level = next;
	}
	return leaves;
}

/** Undefined for what is not plain. Numbers and booleans are read as text. */
export function plainText(value: unknown): string | undefined {
	if (typeof value === 'string') return value.trim() === '' ? '' : value;
	if (typeof value === 'number' || typeof value === 'boolean') return String(value);
	const isLines = Array.isArray(value) && value.length > 0 && value.every(isLine);
	return isLines ? value.join('\n') : undefined;
}

function isLine(value: unknown): value is string {
	return typeof value === 'string';
}

/** The values under any of the names, in the order of the names, at whatever depth. */
export function valuesAt(leaves: readonly Leaf[], names: readonly string[]): string[] {
	return names.flatMap((name) =>
		leaves
			.filter(({ path }) => path === name || path.endsWith(`.${name}`))
			.map(({ value }) => value),
	);
}

/** The first value under any of the names, in the body itself or in one of its containers. */
export function valueNearTop(
	leaves: readonly Leaf[],
	names: readonly string[],
	containers: readonly string[],
): string | null {
	for (const name of names) {
		const places = [name, ...containers.map((container) => `${container}.${name}`)];
		for (const place of places) {
			const found = leaves.find(({ path }) => path === place);
			if (found !== undefined) return found.value.trim();
		}
	}
	return null;
}
