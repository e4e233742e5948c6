import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';

const SHOWN = 3;

/**
 * Compares long lists: where they differ it tells where, and shows what begins there. A diff of
 * thousands of lines would hide all that was printed before it.
 *
 * @param what is put before the message
 */
export function expectSameList<T>(found: readonly T[], expected: readonly T[], what = ''): void {
	const longest = Math.max(found.length, expected.length);
	let at = 0;
	while (at < longest && isDeepStrictEqual(found[at], expected[at])) at += 1;
	const shown = (list: readonly T[]) => ({
		length: list.length,
		[`from ${at}`]: list.slice(at, at + SHOWN),
	});
	expect(shown(found), what).toStrictEqual(shown(expected));
}
