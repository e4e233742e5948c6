import { isReservedHeader } from './deliverSubscriberHeaders';
import { isHeader } from '../net/fields';
import { Problem } from './problem';

const MOST_HEADERS = 30;
const LONGEST_VALUE = 4_000;

/**
 * Reads the headers that go with each delivery to a subscriber.
 *
 * @returns the values by name; or what is wrong, as the end of a sentence that quotes no value
 */
export function readSubscriberHeaders(
	headers: Readonly<Record<string, unknown>>,
): Record<string, string> | Problem {
	const entries = Object.entries(headers);
	if (entries.length > MOST_HEADERS) return new Problem(`has more than ${MOST_HEADERS} headers`);
	for (const [name, value] of entries) {
		const shown = name.slice(0, 60);
		if (!isHeader(name, value)) {
			return new Problem(`has a header '${shown}' whose name or value cannot be sent`);
		}
		if (String(value).length > LONGEST_VALUE) {
			return new Problem(`has a header '${shown}' of more than ${LONGEST_VALUE} characters`);
		}
		if (isReservedHeader(name)) {
			return new Problem(`has the header '${shown}', which each delivery sets itself`);
		}
	}
	return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}
