import type { LookupAddress } from 'node:dns';
import { lookup as dnsLookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import {
	AddressRefusedError,
	type AddressGuard,
	type AddressRefusal,
	type CheckOptions,
} from './addressGuard';
import { readAllowedAddresses } from './allowedAddresses';
import type { EgressPolicy } from './egressPolicy';
import { HostJudge, isAddress } from './judgeHost';
import { plainName } from './localName';
import * as refusals from './refusals';
import { boundedResolve, type ResolveName } from './resolveName';

export interface AddressGuardOptions {
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
		if (url.protocol !== 'https:' && url.protocol !== 'http:') return refusals.notHttp(url);
		if (url.username !== '' || url.password !== '') return refusals.hasUserInfo(url);
		const refusal = hosts.host(url.hostname);
		if (refusal !== undefined) return refusal;
		return url.protocol === 'http:' && !allowHttp ? refusals.notHttps(url) : undefined;
	};

	const judgedAddresses = async (hostname: string): Promise<JudgedAddresses> => {
		const refusal = hosts.host(hostname);
		if (refusal !== undefined) return { refusal };
		const name = plainName(hostname);
		try {
			const addresses = await resolve(hostname);
			if (addresses.length === 0) return { refusal: refusals.notFound(name) };
			for (const { address } of addresses) {
				const wrong = hosts.address(address, name);
				if (wrong !== undefined) return { refusal: wrong };
			}
			return { addresses };
		} catch (error) {
			return { refusal: refusals.lookupFailed(name, error) };
		}
	};

	const check = async (text: string, { byProxy = false }: CheckOptions = {}) => {
		if (!URL.canParse(text)) return refusals.notAUrl();
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
				const why = refusal ?? refusals.notFound(plainName(hostname));
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
