import type { LookupAddress } from 'node:dns';
import { lookup as dnsLookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import {
	readAllowedAddresses,
	plainName,
	type AllowedAddresses,
	isLocalName,
	isMetadataName,
} from './allowedAddresses';
import { readIpAddress, type IpAddress, isMetadata, METADATA_KIND, specialKind } from './ranges';
import { boundedResolve, type ResolveName, NameServerTimeoutError } from './resolveName';

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

interface CheckOptions {
	/**
	 * Whether a proxy makes the connection, and resolves the name itself: one that the user allowed by
	 * name need not be known here.
	 * @default false
	 */
	readonly byProxy?: boolean;
}

/** Why an address is not called, in one word for programs. */
export type AddressRefusalReason =
	| 'not_a_url'
	| 'not_http'
	| 'not_https'
	| 'has_user_info'
	| 'not_public'
	/** The network policy of this n8n forbids it. */
	| 'egress_policy'
	/** The name server knows no address, failed, or said nothing: this may pass. */
	| 'name_not_found';

/** An address that is not called. */
export interface AddressRefusal {
	readonly reason: AddressRefusalReason;
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

interface AddressGuardOptions {
	/** Whether `http:` is called too. */
	readonly allowHttp: boolean;
	/**
	 * Addresses, CIDR ranges and host names (`hub.internal`, `*.internal`) that the user allows
	 * although they are not public. A cloud's metadata address has to be named itself.
	 */
	readonly allowedPrivate: readonly string[];
	/**
	 * Not asked where there is a policy, which resolves names itself.
	 * @default dns.lookup, with all addresses
	 */
	readonly resolve?: ResolveName;
	/** n8n's own rules. They and the guard must both allow an address; neither opens the other. */
	readonly n8nPolicy?: EgressPolicy;
	/**
	 * Milliseconds for the name server.
	 * @default 10_000
	 */
	readonly resolveLimitMs?: number;
}

/** The system's name service goes on to its second server after 5 seconds. */
const RESOLVE_LIMIT_MS = 10_000;

/**
 * Makes a guard.
 *
 * @throws {InvalidAllowedAddressError} where an entry of `allowedPrivate` cannot be read
 */
export function createAddressGuard(options: AddressGuardOptions): AddressGuard {
	const { allowHttp, n8nPolicy, resolveLimitMs = RESOLVE_LIMIT_MS } = options;
	const hosts = new HostJudge(readAllowedAddresses(options.allowedPrivate), n8nPolicy);
	const resolve = boundedResolve(
		n8nPolicy?.resolve ?? options.resolve ?? resolveBySystem,
		resolveLimitMs,
	);

	const judge = (url: URL): AddressRefusal | undefined => {
		if (url.protocol !== 'https:' && url.protocol !== 'http:') return notHttp(url);
		if (url.username !== '' || url.password !== '') return hasUserInfo(url);
		const refusal = hosts.host(url.hostname);
		if (refusal !== undefined) return refusal;
		return url.protocol === 'http:' && !allowHttp ? notHttps(url) : undefined;
	};

	const judgedAddresses = async (hostname: string): Promise<JudgedAddresses> => {
		const refusal = hosts.host(hostname);
		if (refusal !== undefined) return { refusal };
		const name = plainName(hostname);
		try {
			const addresses = await resolve(hostname);
			if (addresses.length === 0) return { refusal: notFound(name) };
			for (const { address } of addresses) {
				const wrong = hosts.address(address, name);
				if (wrong !== undefined) return { refusal: wrong };
			}
			return { addresses };
		} catch (error) {
			return { refusal: lookupFailed(name, error) };
		}
	};

	const check = async (text: string, { byProxy = false }: CheckOptions = {}) => {
		if (!URL.canParse(text)) return notAUrl();
		const url = new URL(text);
		const refusal = judge(url);
		if (refusal !== undefined || isAddress(url.hostname)) return refusal;
		const found = (await judgedAddresses(url.hostname)).refusal;
		const isTrusted = byProxy && hosts.trusts(plainName(url.hostname));
		return isTrusted && found?.reason === 'name_not_found' ? undefined : found;
	};

	const lookup: LookupFunction = (hostname, { family, all }, callback) => {
		void judgedAddresses(hostname).then(({ addresses, refusal }) => {
			const wanted = addresses?.filter((entry) => isOfFamily(entry, family)) ?? [];
			const [first] = wanted;
			if (first === undefined) {
				const why = refusal ?? notFound(plainName(hostname));
				callback(new AddressRefusedError(why), all === true ? [] : '');
			} else if (all === true) callback(null, wanted);
			else callback(null, first.address, first.family);
		});
	};

	return { judge, check, lookup };
}

/** Either all addresses of a name, or why one of them, and so all, may not be called. */
interface JudgedAddresses {
	readonly addresses?: readonly LookupAddress[];
	readonly refusal?: AddressRefusal;
}

async function resolveBySystem(hostname: string): Promise<LookupAddress[]> {
	return await dnsLookup(hostname, { all: true });
}

/** `net.connect` may ask for one family only, as a number or in words. */
function isOfFamily(entry: LookupAddress, family: number | string | undefined): boolean {
	if (family === 4 || family === 'IPv4') return entry.family === 4;
	if (family === 6 || family === 'IPv6') return entry.family === 6;
	return true;
}

/** Judges hosts by what the user allows, and by n8n's policy. All give why one is refused. */
class HostJudge {
	constructor(
		private readonly allowed: AllowedAddresses,
		private readonly policy: EgressPolicy | undefined,
	) {}

	/** @param hostname of a URL: an address in its usual form, IPv6 in brackets or not, or a name */
	host(hostname: string): AddressRefusal | undefined {
		const address = bare(hostname);
		return readIpAddress(address) === undefined
			? this.name(plainName(hostname))
			: this.address(address);
	}

	/** @param name plain, where a name led to the address */
	address(address: string, name?: string): AddressRefusal | undefined {
		const ip = readIpAddress(address);
		const kind = ip === undefined ? 'no IP address' : this.kind(ip, name);
		if (name !== undefined) {
			// The policy was asked when it resolved the name: it may allow by name what it forbids else.
			return kind === undefined ? undefined : leadsToPrivate(name, address, kind);
		}
		if (kind !== undefined) return notPublic(address, kind);
		const rule = this.policy?.forbids(address);
		return rule === undefined ? undefined : forbiddenByPolicy(address, rule);
	}

	/** Whether the user allows whatever a name leads to, but for metadata addresses. */
	trusts(name: string): boolean {
		return this.allowed.holdsName(name);
	}

	private name(name: string): AddressRefusal | undefined {
		if (this.trusts(name)) return undefined;
		if (isMetadataName(name)) return metadataName(name);
		// It may lead to one of the allowed addresses; where it leads elsewhere, it is refused then.
		return isLocalName(name) && !this.allowed.hasAddresses ? localName(name) : undefined;
	}

	private kind(ip: IpAddress, name: string | undefined): string | undefined {
		if (this.allowed.namesAddress(ip)) return undefined;
		if (isMetadata(ip)) return METADATA_KIND;
		if (this.allowed.holdsAddress(ip)) return undefined;
		return name !== undefined && this.trusts(name) ? undefined : specialKind(ip);
	}
}

/** Whether a URL's host is an IP address. */
function isAddress(hostname: string): boolean {
	return readIpAddress(bare(hostname)) !== undefined;
}

function bare(hostname: string): string {
	return hostname.replace(/^\[|\]$/g, '');
}

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

// Host names and addresses are shown, paths, queries and user info never: they may hold secrets.

const TO_ALLOW = "to 'Allowed Private Addresses'";

function notAUrl(): AddressRefusal {
	return {
		reason: 'not_a_url',
		message: 'This is not a valid URL. Enter the full URL, such as https://example.com/webhooks.',
	};
}

function notHttp({ protocol }: URL): AddressRefusal {
	return {
		reason: 'not_http',
		message: `URLs that start with ${protocol} can't be called. Use one that starts with https://.`,
	};
}

function notHttps({ host }: URL): AddressRefusal {
	return {
		reason: 'not_https',
		message: `http://${host} is not encrypted. Use its https:// URL, or turn on 'Allow HTTP'.`,
	};
}

function hasUserInfo({ host }: URL): AddressRefusal {
	return {
		reason: 'has_user_info',
		message: `The URL for ${host} contains a user name or password before the @. Remove it, and send it in a header if the server needs it.`,
	};
}

/** @param kind words that end the sentence "It is …" */
function notPublic(address: string, kind: string): AddressRefusal {
	return {
		reason: 'not_public',
		message: `${address} is not a public address: it is ${kind}. To allow it, add ${address.replace(/^\[|\]$/g, '')} ${TO_ALLOW}.`,
	};
}

function localName(name: string): AddressRefusal {
	return {
		reason: 'not_public',
		message: `${name} is not a public name: it only exists inside a network. To allow it, add ${name} ${TO_ALLOW}.`,
	};
}

function metadataName(name: string): AddressRefusal {
	return {
		reason: 'not_public',
		message: `${name} is where a cloud keeps the secrets of its servers, not a public name. To allow it, add ${name} ${TO_ALLOW}.`,
	};
}

/** A name, one of whose addresses is special. */
function leadsToPrivate(name: string, address: string, kind: string): AddressRefusal {
	return {
		reason: 'not_public',
		message: `${name} resolves to ${address}, which is not a public address: it is ${kind}. To allow it, add ${address} ${TO_ALLOW}.`,
	};
}

/** @param rule in the policy's own words */
export function forbiddenByPolicy(host: string, rule: string): AddressRefusal {
	return {
		reason: 'egress_policy',
		message: `The network policy of this n8n does not allow connections to ${host}: ${rule}. An administrator can allow it with N8N_SSRF_ALLOWED_HOSTNAMES or N8N_SSRF_ALLOWED_IP_RANGES.`,
	};
}

/** A lookup that gave no address, for whatever reason. */
function lookupFailed(name: string, error: unknown): AddressRefusal {
	if (error instanceof AddressRefusedError) return error.refusal;
	const code = error instanceof Error && 'code' in error ? error.code : undefined;
	if (error instanceof NameServerTimeoutError) {
		return unresolved(
			name,
			`the name server did not respond within ${error.limitMs / 1000} seconds`,
		);
	}
	if (code === undefined || code === 'ENOTFOUND' || code === 'ENODATA') return notFound(name);
	return unresolved(name, `the name server failed (${String(code)})`);
}

function notFound(name: string): AddressRefusal {
	return {
		reason: 'name_not_found',
		message: `The host name ${name} was not found. Correct the host name, or check the DNS settings of n8n.`,
	};
}

function unresolved(name: string, why: string): AddressRefusal {
	return {
		reason: 'name_not_found',
		message: `The host name ${name} could not be looked up: ${why}. Try again later, or check the DNS settings of n8n.`,
	};
}
