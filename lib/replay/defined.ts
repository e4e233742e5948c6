/** The same object without fields that are undefined: JSON and outputs shall not show them. */
export function defined<T extends object>(
	fields: T,
): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
	const kept: { [Name in keyof T]?: Exclude<T[Name], undefined> } = {};
	for (const name in fields) {
		const value = fields[name];
		if (value !== undefined) kept[name] = value as Exclude<T[typeof name], undefined>;
	}
	return kept;
}
