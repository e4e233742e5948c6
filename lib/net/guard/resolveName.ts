import type { LookupAddress } from 'node:dns';
import { within } from '../../flow/within';

/**
 * All addresses of a name, in the order in which to try them.
 *
 * @returns an empty list, or fails as `dns.lookup` does, where there are none
 */
export type ResolveName = (hostname: string) => Promise<readonly LookupAddress[]>;

/** What waiting for a name server that says nothing ends with. */
export class NameServerTimeoutError extends Error {
	override readonly name = 'NameServerTimeoutError';

	constructor(readonly limitMs: number) {
		super(`The name server did not respond within ${limitMs / 1000} seconds`);
	}
}

/**
 * Bounds the wait for each answer, and shares it among those who ask for the same name meanwhile:
 * Node has four threads for all lookups of the process.
 *
 * @returns fails with `NameServerTimeoutError` after the limit
 */
export function boundedResolve(resolve: ResolveName, limitMs: number): ResolveName {
	const underWay = new Map<string, Promise<readonly LookupAddress[]>>();
	return async (hostname) => {
		const known = underWay.get(hostname);
		if (known !== undefined) return await known;
		const late = () => new NameServerTimeoutError(limitMs);
		const answer = within<readonly LookupAddress[]>(limitMs, late, (found, failed) => {
			resolve(hostname).then(found, failed);
			return () => undefined;
		});
		underWay.set(hostname, answer);
		try {
			return await answer;
		} finally {
			underWay.delete(hostname);
		}
	};
}
