import { isIPv4, isIPv6 } from 'node:net';

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

/**
 * An IP address as a number. An IPv4-mapped one (`::ffff:0:0/96`, RFC 4291 section 2.5.5.2) is the
 * IPv4 address itself: that is where the operating system connects to.
 */
export interface IpAddress {
	readonly family: 4 | 6;
	readonly value: bigint;
}

/** All addresses that begin with the same bits. */
export interface IpRange extends IpAddress {
	/** Length of the beginning, 0 to 32 or 128. */
	readonly prefix: number;
}

const LOWEST_32_BITS = 0xffff_ffffn;

/** @returns the IPv4 address in the lowest 32 bits */
function lowestIPv4(value: bigint): IpAddress {
	return { family: 4, value: value & LOWEST_32_BITS };
}

/**
 * Reads an address in the usual notation, as URLs and name servers give it: `10.0.0.1`, `fe80::1`,
 * `fe80::1%eth0`, `::ffff:10.0.0.1`.
 *
 * @returns undefined where it is none
 */
export function readIpAddress(text: string): IpAddress | undefined {
	const plain = text.replace(/%.*$/, '');
	if (isIPv4(plain)) return { family: 4, value: readIPv4(plain) };
	if (!isIPv6(plain)) return undefined;
	const value = readIPv6(plain);
	return value >> 32n === 0xffffn ? lowestIPv4(value) : { family: 6, value };
}

/**
 * Reads `10.0.0.0/8`; an address alone is the range that holds nothing else.
 *
 * @returns undefined where it is none
 */
export function readIpRange(text: string): IpRange | undefined {
	const [address = '', prefix, ...rest] = text.split('/');
	const ip = readIpAddress(address);
	if (ip === undefined || rest.length > 0) return undefined;
	const longest = ip.family === 4 ? 32 : 128;
	if (prefix === undefined) return { ...ip, prefix: longest };
	if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > longest) return undefined;
	return { ...ip, prefix: Number(prefix) };
}

/** A range that the program itself names. */
function ipRange(text: string): IpRange {
	const range = readIpRange(text);
	if (range === undefined) throw new TypeError(`${text} is no range of addresses`);
	return range;
}

export function isInRange(ip: IpAddress, range: IpRange): boolean {
	if (ip.family !== range.family) return false;
	const rest = BigInt((ip.family === 4 ? 32 : 128) - range.prefix);
	return ip.value >> rest === range.value >> rest;
}

function readIPv4(text: string): bigint {
	return text.split('.').reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

function readIPv6(text: string): bigint {
	const [head = '', tail] = text.split('::');
	const first = groupsOf(head);
	const last = groupsOf(tail ?? '');
	const zeros = Array<bigint>(8 - first.length - last.length).fill(0n);
	return [...first, ...zeros, ...last].reduce((value, group) => (value << 16n) | group, 0n);
}

/** Groups of 16 bits; an IPv4 address at the end is two of them. */
function groupsOf(text: string): bigint[] {
	if (text === '') return [];
	return text.split(':').flatMap((group) => {
		if (!group.includes('.')) return [BigInt(`0x${group}`)];
		const value = readIPv4(group);
		return [value >> 16n, value & 0xffffn];
	});
}

/** Addresses of the IPv4 internet as seen behind NAT64 (RFC 6052): DNS64 makes them of A records. */
const NAT64 = ipRange('64:ff9b::/96');

const SIX_TO_FOUR = ipRange('2002::/16');

const TEREDO = ipRange('2001::/32');

/**
 * Where a packet to an address of NAT64 goes in the end.
 *
 * @returns undefined for any other address
 */
function translatedIPv4(ip: IpAddress): IpAddress | undefined {
	return isInRange(ip, NAT64) ? lowestIPv4(ip.value) : undefined;
}

/**
 * The IPv4 address of an ISATAP interface, under whatever prefix (RFC 5214 section 6.1).
 *
 * @returns undefined for any other address
 */
function isatapIPv4(ip: IpAddress): IpAddress | undefined {
	if (ip.family !== 6) return undefined;
	// Bit 6 of the interface identifier tells whether the IPv4 address is unique.
	const marker = (ip.value >> 32n) & 0xfdff_ffffn;
	return marker === 0x5efen ? lowestIPv4(ip.value) : undefined;
}

/**
 * Every IPv4 address that an IPv6 one may stand for. The lowest 32 bits always count: a network's
 * own NAT64 prefix can be any (RFC 6052 section 2.2).
 */
function possibleIPv4(ip: IpAddress): IpAddress[] {
	if (ip.family !== 6) return [];
	const found = [lowestIPv4(ip.value)];
	if (isInRange(ip, SIX_TO_FOUR)) found.push(lowestIPv4(ip.value >> 80n));
	if (isInRange(ip, TEREDO)) {
		// The server, and the client, whose bits are inverted (RFC 4380 section 4).
		found.push(lowestIPv4(ip.value >> 64n), lowestIPv4(~ip.value));
	}
	return found;
}
