import { isInRange, readIpAddress, readIpRange, type IpAddress, type IpRange } from './ranges';

/** What a user allows although it is not public. */
export interface AllowedAddresses {
	/** Whether there are addresses or ranges in it, so that a local name may lead to one of them. */
	readonly hasAddresses: boolean;
	/** Whether this very address is in it, not only a range around it. */
	namesAddress(ip: IpAddress): boolean;
	holdsAddress(ip: IpAddress): boolean;
	/** @param name plain, see `plainName` */
	holdsName(name: string): boolean;
}

/** An entry of the user's list that cannot be read. */
export class InvalidAllowedAddressError extends Error {
	override readonly name = 'InvalidAllowedAddressError';

	constructor(readonly entry: string) {
		super(
			`"${entry}" is not an IP address such as 127.0.0.1, a range such as 10.0.0.0/8, or a host name such as hub.internal or *.internal`,
		);
	}
}

/**
 * Reads the user's list.
 *
 * @param entries addresses, CIDR ranges, host names; `*.` in front of a name stands for every name
 * under it, not for itself
 * @throws {InvalidAllowedAddressError} naming the first entry that is none of them
 */
export function readAllowedAddresses(entries: readonly string[]): AllowedAddresses {
	const ranges: IpRange[] = [];
	const names = new Set<string>();
	const endings: string[] = [];
	for (const entry of entries) {
		const read = readEntry(entry);
		if (typeof read !== 'string') ranges.push(read);
		else if (read.startsWith('*.')) endings.push(read.slice(1));
		else names.add(read);
	}
	const named = ranges.filter(({ family, prefix }) => prefix === (family === 4 ? 32 : 128));
	return {
		hasAddresses: ranges.length > 0,
		namesAddress: (ip) => named.some((range) => isInRange(ip, range)),
		holdsAddress: (ip) => ranges.some((range) => isInRange(ip, range)),
		holdsName: (name) => names.has(name) || endings.some((ending) => name.endsWith(ending)),
	};
}

/** @returns a range, or a plain name */
function readEntry(entry: string): IpRange | string {
	const range = readIpRange(entry.replace(/^\[(.*)\]$/, '$1'));
	if (range !== undefined) return range;
	const [, wildcard = '', name = ''] = /^(\*\.)?([^\s/:?#@\\*[\]]+)$/.exec(entry) ?? [];
	if (name === '' || !URL.canParse(`http://${name}`)) throw new InvalidAllowedAddressError(entry);
	// As a URL says it: lower case, no percent signs, punycode, decimal parts.
	const { hostname } = new URL(`http://${name}`);
	const ip = readIpAddress(hostname);
	if (ip !== undefined && wildcard === '') return { ...ip, prefix: 32 };
	if (ip !== undefined || plainName(hostname) === '') throw new InvalidAllowedAddressError(entry);
	return wildcard + plainName(hostname);
}

/**
 * Names that mean something inside a network only (RFC 6761, RFC 6762, RFC 7686, RFC 8375, RFC 9476,
 * ICANN's `internal`, Kubernetes' `svc`, and common use).
 */
const LOCAL =
	/(^|\.)(localhost|localdomain|local|internal|intranet|private|lan|home|corp|svc|test|invalid|onion|alt|home\.arpa)$/;

/** Names of clouds' metadata services that are not local by the rule above. */
const METADATA: ReadonlySet<string> = new Set([
	'metadata.goog',
	'metadata.packet.net',
	'metadata.platformequinix.com',
	'metadata.tencentyun.com',
	'metadata.volcengine.com',
]);

/** A host name as it is compared: lower case, without the dot of the root. */
export function plainName(hostname: string): string {
	return hostname.toLowerCase().replace(/\.+$/, '');
}

/** Whether a plain name cannot be one of the internet. */
export function isLocalName(name: string): boolean {
	return !name.includes('.') || LOCAL.test(name);
}

/** Whether a plain name belongs to a cloud's metadata service and is none of a network otherwise. */
export function isMetadataName(name: string): boolean {
	return METADATA.has(name);
}
