import { Problem } from './problem';
import type { EventContentType } from './subscriber';

const CONTENT_TYPES: readonly EventContentType[] = [
	'application/cloudevents+json',
	'application/json',
];

/**
 * Reads how a subscriber wants CloudEvents to be called.
 *
 * @returns undefined where it says nothing; or what is wrong, as the end of a sentence
 */
export function readContentType(value: unknown): EventContentType | undefined | Problem {
	const text = typeof value === 'string' ? value.trim().toLowerCase() : (value ?? '');
	if (text === '') return undefined;
	const known = CONTENT_TYPES.find((one) => one === text);
	return known ?? new Problem(`is not one of ${CONTENT_TYPES.join(', ')}; correct or empty it`);
}
