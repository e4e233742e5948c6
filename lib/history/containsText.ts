/**
 * Whether a text occurs in a value of some JSON, in upper or lower case. Names of fields do not count.
 *
 * @param wanted in lower case
 */
export function containsText(json: unknown, wanted: string): boolean {
	// Not recursive: a sender may nest deeper than the stack of calls is.
	const open: unknown[] = [json];
	while (open.length > 0) {
		const value = open.pop();
		if (typeof value === 'string') {
			if (value.toLowerCase().includes(wanted)) return true;
		} else if (typeof value === 'number' || typeof value === 'boolean') {
			if (String(value).includes(wanted)) return true;
		} else if (typeof value === 'object' && value !== null) {
			for (const one of Object.values(value)) open.push(one);
		}
	}
	return false;
}
