import { Problem } from '../../../lib/subscriber/problem';
import { readSubscriberHeaders } from '../../../lib/subscriber/subscriber';

/**
 * Reads the headers as the editor gives them.
 *
 * @param value a fixed collection: `{header: [{name, value}]}`
 */
export function readHeaders(value: unknown): Record<string, string> | Problem {
	const headers = new Map<string, { name: string; content: unknown }>();
	for (const { name, value: content } of entriesOf(value)) {
		const text = typeof name === 'string' ? name.trim() : '';
		if (headers.has(text.toLowerCase())) return new Problem(`has the header '${text}' twice`);
		headers.set(text.toLowerCase(), { name: text, content });
	}
	const record = [...headers.values()].map(({ name, content }) => [name, content ?? ''] as const);
	return readSubscriberHeaders(Object.fromEntries(record));
}

function entriesOf(value: unknown): Array<{ name?: unknown; value?: unknown }> {
	if (typeof value !== 'object' || value === null || !('header' in value)) return [];
	return Array.isArray(value.header) ? value.header : [];
}
