import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** Addresses that no provider on the internet can reach (RFC 6890, RFC 4193, RFC 4291). */
const NOT_PUBLIC = new BlockList();
for (const [network, prefix] of [
	['0.0.0.0', 8],
	['10.0.0.0', 8],
	['100.64.0.0', 10],
	['127.0.0.0', 8],
	['169.254.0.0', 16],
	['172.16.0.0', 12],
	['192.0.0.0', 24],
	['192.168.0.0', 16],
	['198.18.0.0', 15],
	['224.0.0.0', 3],
] as const) {
	NOT_PUBLIC.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
	['::', 128],
	['::1', 128],
	['fc00::', 7],
	['fe80::', 10],
	['ff00::', 8],
] as const) {
	NOT_PUBLIC.addSubnet(network, prefix, 'ipv6');
}

/** Names that only mean something inside a network (RFC 6761, RFC 6762, and common use). */
const LOCAL_NAME = /(^|\.)(localhost|local|internal|intranet|lan|home|corp|test|invalid)$/i;

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
	const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
	if (isIPv4(host)) {
		if (NOT_PUBLIC.check(host, 'ipv4')) return 'not-public';
	} else if (isIPv6(host)) {
		// BlockList checks an IPv4-mapped address against the IPv4 ranges too.
		if (NOT_PUBLIC.check(host, 'ipv6')) return 'not-public';
	} else if (!host.includes('.') || LOCAL_NAME.test(host)) {
		return 'not-public';
	}
	return protocol === 'https:' ? undefined : 'not-https';
}
