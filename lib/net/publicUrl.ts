import { isLocalName, plainName } from './guard/allowedAddresses';
import { readIpAddress, specialKind } from './guard/ranges';

/**
 * Why a provider on the internet could not, or must not, deliver to this address. Names are judged
 * as written, not resolved: inside n8n's network its public name may well lead to a private address.
 *
 * @returns undefined for a public https address
 */
export function whyNotPublicHttps(
	url: string,
): 'not-a-url' | 'not-https' | 'not-public' | undefined {
	if (!URL.canParse(url)) return 'not-a-url';
	const { protocol, hostname } = new URL(url);
	const ip = readIpAddress(hostname.replace(/^\[|\]$/g, ''));
	const isPrivate =
		ip === undefined ? isLocalName(plainName(hostname)) : specialKind(ip) !== undefined;
	if (isPrivate) return 'not-public';
	return protocol === 'https:' ? undefined : 'not-https';
}
