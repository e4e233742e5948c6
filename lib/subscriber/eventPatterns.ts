import { readPatterns } from '../event/pattern';
import { Problem } from './problem';

const MOST_PATTERNS = 100;
const LONGEST_PATTERN = 200;

/**
 * Reads the event types that a subscriber wants.
 *
 * @param value a list, or one text with commas or line breaks between the patterns; `*` stands for
 * any text
 * @returns the patterns, each once; or what is wrong with them, as the end of a sentence
 */
export function readEventPatterns(value: unknown): string[] | Problem {
	const patterns = [...new Set(readPatterns(value))];
	if (patterns.length === 0) return new Problem('has no event type; write * for all of them');
	if (patterns.length > MOST_PATTERNS) {
		return new Problem(`has more than ${MOST_PATTERNS} event types; use * within them`);
	}
	const long = patterns.find(({ length }) => length > LONGEST_PATTERN);
	if (long !== undefined) {
		return new Problem(
			`has an event type of more than ${LONGEST_PATTERN} characters: '${long.slice(0, 40)}…'`,
		);
	}
	const odd = patterns.find((pattern) => /[\s\p{Cc}"'[\]{}]/u.test(pattern));
	if (odd === undefined) return patterns;
	return new Problem(
		`has '${odd.slice(0, 40)}', which is no event type; write types such as order.paid or order.*, with commas between them`,
	);
}
