import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { wordsIn } from '../event/lists';

/** Says whether a sender's address is one that the user allowed. */
export type SourceAddressCheck = (address: string) => boolean;

/** An entry of the user's list that is neither an address nor a range. */
export class InvalidSourceAddressError extends Error {
	override readonly name = 'InvalidSourceAddressError';

	constructor(readonly entry: string) {
		super(`"${entry}" is not an IP address or a range such as 170.83.242.0/24`);
	}
}

/**
 * Compiles the user's list of allowed senders.
 *
 * @param list IPv4 or IPv6 addresses and CIDR ranges, separated by commas or white space
 * @returns the check, or undefined where the list is empty: every address is allowed
 * @throws {InvalidSourceAddressError} naming the first entry that cannot be read
 */
export function compileSourceAddresses(list: string): SourceAddressCheck | undefined {
	const entries = wordsIn(list);
	if (entries.length === 0) return undefined;
	const allowed = new BlockList();
	for (const entry of entries) addEntry(allowed, entry);
	return (address) => {
		const plain = unmapIPv4(address);
		if (isIPv4(plain)) return allowed.check(plain, 'ipv4');
		return isIPv6(plain) && allowed.check(plain, 'ipv6');
	};
}

function addEntry(list: BlockList, entry: string): void {
	const [address = '', prefix, ...rest] = entry.split('/');
	const family = isIPv4(address) ? 'ipv4' : isIPv6(address) ? 'ipv6' : undefined;
	if (family === undefined || rest.length > 0) throw new InvalidSourceAddressError(entry);
	if (prefix === undefined) {
		list.addAddress(address, family);
		return;
	}
	const bits = Number(prefix);
	if (!/^\d{1,3}$/.test(prefix) || bits > (family === 'ipv4' ? 32 : 128)) {
		throw new InvalidSourceAddressError(entry);
	}
	list.addSubnet(address, bits, family);
}

/** A server that listens on IPv6 sees IPv4 senders as `::ffff:1.2.3.4`. */
function unmapIPv4(address: string): string {
	return /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(address)?.[1] ?? address;
}
