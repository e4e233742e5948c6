import type { ResolveName } from './resolveName';

/** Rules of the place where the program runs, over those of the guard: n8n's own network policy. */
export interface EgressPolicy {
	/**
	 * Why an IP address may not be called.
	 *
	 * @returns the rule in words, without a full stop; undefined where it may
	 */
	forbids(address: string): string | undefined;
	/**
	 * Resolves a name by the policy's own name service, so that its rules on names hold too. Fails
	 * with `AddressRefusedError` where the policy forbids the name or one of its addresses.
	 */
	readonly resolve: ResolveName;
}
