import type { LookupFunction } from 'node:net';

/** Decides which addresses n8n may be made to call. */
export interface AddressGuard {
	/**
	 * What the address itself tells, without asking a name server: scheme, port, user info, an IP
	 * address in any form, a name that is local by definition.
	 *
	 * @returns why it is refused; undefined where it is not
	 */
	judge(url: URL): AddressRefusal | undefined;
	/**
	 * Like `judge`, and resolves the name. One address that is not public is enough to refuse it.
	 *
	 * @param url as the user wrote it
	 */
	check(url: string, options?: CheckOptions): Promise<AddressRefusal | undefined>;
	/**
	 * Resolves and judges in one step, for `net.connect`: the connection goes to the very address that
	 * was judged, so that a name server that changes its answer gains nothing. Fails with
	 * `AddressRefusedError`.
	 */
	readonly lookup: LookupFunction;
}

export interface CheckOptions {
	/**
	 * Whether a proxy makes the connection, and resolves the name itself: one that the user allowed by
	 * name need not be known here.
	 * @default false
	 */
	readonly byProxy?: boolean;
}

/** Why an address is not called. */
export interface AddressRefusal {
	/** One word for programs. */
	readonly reason:
		| 'not_a_url'
		| 'not_http'
		| 'not_https'
		| 'has_user_info'
		| 'not_public'
		/** The network policy of this n8n forbids it. */
		| 'egress_policy'
		/** The name server knows no address, failed, or said nothing: this may pass. */
		| 'name_not_found';
	/** What happened and what to do; names the address, holds no query or user info. */
	readonly message: string;
}

/** What `lookup` fails with. */
export class AddressRefusedError extends Error {
	override readonly name = 'AddressRefusedError';

	readonly code = 'ERR_ADDRESS_REFUSED';

	constructor(readonly refusal: AddressRefusal) {
		super(refusal.message);
	}
}
