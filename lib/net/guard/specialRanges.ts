import { isatapIPv4, possibleIPv4, translatedIPv4 } from './embeddedIPv4';
import { ipRange, isInRange, type IpAddress } from './ipAddress';

/**
 * Addresses that are no server on the internet, complete by IANA's registries as of 2025-10-09
 * (https://www.iana.org/assignments/iana-ipv4-special-registry and …/iana-ipv6-special-registry,
 * RFC 6890), multicast, and what once was special. Ranges that the registries call globally
 * reachable are in it too (AS112, AMT, anycast of protocols): no subscriber lives there.
 *
 * The words end the sentence "It is …". The first range that holds an address names it.
 */
const SPECIAL: ReadonlyArray<readonly [kind: string, ...ranges: string[]]> = [
	['this computer', '127.0.0.0/8', '::1/128'],
	['an unspecified address', '0.0.0.0/8', '::/128'],
	['in a private network', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
	['a link-local address', '169.254.0.0/16', 'fe80::/10'],
	['in the shared network of a provider', '100.64.0.0/10'],
	['a site-local address', 'fec0::/10'],
	['a broadcast address', '255.255.255.255/32'],
	['a multicast address', '224.0.0.0/4', 'ff00::/8'],
	['reserved', '240.0.0.0/4'],
	[
		'for documentation only',
		...['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32', '3fff::/20'],
	],
	['for benchmarks only', '198.18.0.0/15', '2001:2::/48'],
	// IPv4-compatible, SIIT (RFC 2765), NAT64 within a network (RFC 8215), 6to4 with its relays, Teredo.
	[
		'a tunnel to another address',
		...['::/96', '::ffff:0:0:0/96', '64:ff9b:1::/48', '2002::/16', '192.88.99.0/24', '2001::/32'],
	],
	['set aside for protocols', '192.0.0.0/24', '2001::/23', '192.52.193.0/24'],
	['set aside for AS112', '192.31.196.0/24', '192.175.48.0/24', '2620:4f:8000::/48'],
	['discarded by networks', '100::/64', '100:0:0:1::/64'],
	['a segment identifier', '5f00::/16'],
	// 6bone, given back (RFC 3701).
	['not in use', '3ffe::/16'],
];

const SPECIAL_RANGES = SPECIAL.flatMap(([kind, ...ranges]) =>
	ranges.map((text) => ({ kind, range: ipRange(text) })),
);

/** All that IANA gives out for servers: https://www.iana.org/assignments/ipv6-address-space */
const GLOBAL_UNICAST = ipRange('2000::/3');

/**
 * Where clouds tell a server its secrets: whoever can make the server ask gets them.
 *
 * Sources: the documentation of each, and
 * https://github.com/swisskyrepo/PayloadsAllTheThings (Server Side Request Forgery, Cloud Instances)
 */
const METADATA = [
	// AWS, Azure, DigitalOcean, Google, Hetzner, OpenStack, Oracle; the latter two by IPv6 too.
	...['169.254.169.254', 'fd00:ec2::254', 'fd20:ce::254', 'fe80::a9fe:a9fe'],
	// AWS: name server and clock; credentials of ECS, of EKS.
	...['169.254.169.253', '169.254.169.123', '169.254.170.2', '169.254.170.23', 'fd00:ec2::23'],
	...['fd00:ec2::253', 'fd00:ec2::123'],
	// Alibaba, Azure's wire server, Oracle's first cloud, Scaleway, Tencent, Volcengine.
	...['100.100.100.200', '168.63.129.16', '192.0.0.192', '169.254.42.42', 'fd00:42::42'],
	...['169.254.0.23', '169.254.10.10', '100.96.0.96'],
].map(ipRange);

/**
 * What an address is that is not an ordinary one of the internet.
 *
 * @returns words that end the sentence "It is …"; undefined for a public address
 */
export function specialKind(ip: IpAddress): string | undefined {
	const translated = translatedIPv4(ip);
	if (translated !== undefined) return specialKind(translated);
	if (isMetadata(ip)) return METADATA_KIND;
	const special = SPECIAL_RANGES.find(({ range }) => isInRange(ip, range));
	if (special !== undefined) return special.kind;
	if (ip.family === 4) return undefined;
	if (!isInRange(ip, GLOBAL_UNICAST)) return 'not in use on the internet';
	const inner = isatapIPv4(ip);
	return inner === undefined ? undefined : specialKind(inner);
}

export const METADATA_KIND = 'where a cloud keeps the secrets of its servers';

/** Whether a cloud's metadata service answers there, or may do so behind a tunnel. */
export function isMetadata(ip: IpAddress): boolean {
	return [ip, ...possibleIPv4(ip)].some((address) =>
		METADATA.some((range) => isInRange(address, range)),
	);
}
