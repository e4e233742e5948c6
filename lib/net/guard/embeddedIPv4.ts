import { ipRange, isInRange, lowestIPv4, type IpAddress } from './ipAddress';

/** Addresses of the IPv4 internet as seen behind NAT64 (RFC 6052): DNS64 makes them of A records. */
const NAT64 = ipRange('64:ff9b::/96');

const SIX_TO_FOUR = ipRange('2002::/16');

const TEREDO = ipRange('2001::/32');

/**
 * Where a packet to an address of NAT64 goes in the end.
 *
 * @returns undefined for any other address
 */
export function translatedIPv4(ip: IpAddress): IpAddress | undefined {
	return isInRange(ip, NAT64) ? lowestIPv4(ip.value) : undefined;
}

/**
 * The IPv4 address of an ISATAP interface, under whatever prefix (RFC 5214 section 6.1).
 *
 * @returns undefined for any other address
 */
export function isatapIPv4(ip: IpAddress): IpAddress | undefined {
	if (ip.family !== 6) return undefined;
	// Bit 6 of the interface identifier tells whether the IPv4 address is unique.
	const marker = (ip.value >> 32n) & 0xfdff_ffffn;
	return marker === 0x5efen ? lowestIPv4(ip.value) : undefined;
}

/**
 * Every IPv4 address that an IPv6 one may stand for. The lowest 32 bits always count: a network's
 * own NAT64 prefix can be any (RFC 6052 section 2.2).
 */
export function possibleIPv4(ip: IpAddress): IpAddress[] {
	if (ip.family !== 6) return [];
	const found = [lowestIPv4(ip.value)];
	if (isInRange(ip, SIX_TO_FOUR)) found.push(lowestIPv4(ip.value >> 80n));
	if (isInRange(ip, TEREDO)) {
		// The server, and the client, whose bits are inverted (RFC 4380 section 4).
		found.push(lowestIPv4(ip.value >> 64n), lowestIPv4(~ip.value));
	}
	return found;
}
