import { fold } from './cleanText';

/** A plain value somewhere in a body. */
export interface Leaf {
	/** Names on the way to it, in lower case without accents and signs, joined by dots. */
	readonly path: string;
	/** Names of the objects and lists on that way. */
	readonly within: readonly string[];
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

/** The plain values of a body, those near its top first, by the names that lead to them. */
export class Leaves {
	/** By each end of the path that starts at a name: `extras.android.text`, `android.text`, `text`. */
	private readonly byEnd = new Map<string, Leaf[]>();

	private readonly byPath = new Map<string, Leaf>();

	/**
	 * A name may itself hold dots (`android.text`). A list of plain values is one text of as many lines.
	 */
	constructor(body: unknown) {
		for (const leaf of collect(body)) {
			const { path } = leaf;
			if (!this.byPath.has(path)) this.byPath.set(path, leaf);
			for (let from = 0; from >= 0; from = path.indexOf('.', from) + 1 || -1) {
				const end = path.slice(from);
				const known = this.byEnd.get(end);
				if (known === undefined) this.byEnd.set(end, [leaf]);
				else known.push(leaf);
			}
		}
	}

	/**
	 * The values under any of the names, in the order of the names, at whatever depth.
	 *
	 * @param skipped objects that are not looked into, by their plain name
	 */
	valuesAt(names: readonly string[], skipped: readonly string[] = []): string[] {
		const found: string[] = [];
		for (const name of names) {
			for (const { within, value } of this.byEnd.get(name) ?? []) {
				if (!within.some((object) => skipped.includes(object))) found.push(value);
			}
		}
		return found;
	}

	/** The first value under any of the names, in the body itself or in one of its containers. */
	nearTop(names: readonly string[], containers: readonly string[]): string | null {
		for (const name of names) {
			const found =
				this.byPath.get(name) ??
				containers
					.map((container) => this.byPath.get(`${container}.${name}`))
					.find((leaf) => leaf !== undefined);
			if (found !== undefined) return found.value.trim();
		}
		return null;
	}
}

function collect(body: unknown): readonly Leaf[] {
	const leaves: Leaf[] = [];
	let level: ReadonlyArray<Omit<Leaf, 'value'> & { readonly value: unknown }> = [
		{ path: '', within: [], value: body },
	];
	for (let depth = 0; depth <= DEEPEST && level.length > 0; depth++) {
		const next: Array<(typeof level)[number]> = [];
		for (const { path, within, value } of level) {
			if (leaves.length + next.length > MOST_LEAVES) return leaves;
			const text = plainText(value);
			if (text !== undefined) {
				if (text !== '') leaves.push({ path, within, value: text });
			} else if (Array.isArray(value)) {
				for (const one of value.slice(0, MOST_LEAVES)) next.push({ path, within, value: one });
			} else if (typeof value === 'object' && value !== null) {
				for (const [name, one] of Object.entries(value).slice(0, MOST_LEAVES)) {
					const below = pathOf(name);
					next.push({
						path: path === '' ? below : `${path}.${below}`,
						within: typeof one === 'object' ? [...within, below] : within,
						value: one,
					});
				}
			}
		}
		level = next;
	}
	return leaves;
}

/** Senders use few names, and each in every delivery. */
const knownPaths = new Map<string, string>();
const MOST_KNOWN = 500;
const LONGEST_KNOWN = 40;

function pathOf(name: string): string {
	const known = knownPaths.get(name);
	if (known !== undefined) return known;
	const path = name.split('.').map(plainName).join('.');
	if (name.length <= LONGEST_KNOWN && knownPaths.size < MOST_KNOWN) knownPaths.set(name, path);
	return path;
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
