/**
 * Levels of objects and lists that an event keeps, its `data` the first. Real events have a dozen at
 * most; n8n stores more than its API can give back, and then gives nothing of the page it is on.
 */
export const DEEPEST_LEVEL = 64;

/** Stands where an object or a list was left out. */
export const LEFT_OUT = `[left out: nested deeper than ${DEEPEST_LEVEL} levels]`;

/**
 * Leaves out what is nested too deeply. JSON.parse takes any depth; this goes down no further than it
 * keeps, so that no depth exhausts the stack. What has nothing to leave out is given back as it is,
 * not as a copy.
 *
 * @param value JSON, or what else a server sent: what is neither a list nor a plain object stays
 * @param level the level of `value` itself
 */
export function boundNesting(value: unknown, level = 1): unknown {
	if (Array.isArray(value)) {
		if (level > DEEPEST_LEVEL) return LEFT_OUT;
		return boundList(value, level);
	}
	if (!isPlainObject(value)) return value;
	return level > DEEPEST_LEVEL ? LEFT_OUT : boundObject(value, level);
}

function boundList(list: readonly unknown[], level: number): readonly unknown[] {
	let copy: unknown[] | undefined;
	for (const [index, value] of list.entries()) {
		if (typeof value !== 'object') continue;
		const bound = boundNesting(value, level + 1);
		if (bound === value) continue;
		copy ??= [...list];
		copy[index] = bound;
	}
	return copy ?? list;
}

function boundObject(
	object: Readonly<Record<string, unknown>>,
	level: number,
): Readonly<Record<string, unknown>> {
	let changed: Map<string, unknown> | undefined;
	for (const name of Object.keys(object)) {
		const value = object[name];
		if (typeof value !== 'object') continue;
		const bound = boundNesting(value, level + 1);
		if (bound === value) continue;
		changed ??= new Map(Object.entries(object));
		changed.set(name, bound);
	}
	// Not by assignment: a name in a body may be `__proto__`.
	return changed === undefined ? object : Object.fromEntries(changed);
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
	if (typeof value !== 'object' || value === null) return false;
	const prototype: unknown = Object.getPrototypeOf(value);
	return prototype === Object.prototype || prototype === null;
}
