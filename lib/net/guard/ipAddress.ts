import { isIPv4, isIPv6 } from 'node:net';

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
export function lowestIPv4(value: bigint): IpAddress {
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
export function ipRange(text: string): IpRange {
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
