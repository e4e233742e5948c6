import type { AddressRefusal } from './addressGuard';
import type { AllowedAddresses } from './allowedAddresses';
import type { EgressPolicy } from './egressPolicy';
import { readIpAddress, type IpAddress } from './ipAddress';
import { isLocalName, isMetadataName, plainName } from './localName';
import * as refusals from './refusals';
import { isMetadata, METADATA_KIND, specialKind } from './specialRanges';

/** Judges hosts by what the user allows, and by n8n's policy. All give why one is refused. */
export class HostJudge {
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
			return kind === undefined ? undefined : refusals.leadsToPrivate(name, address, kind);
		}
		if (kind !== undefined) return refusals.notPublic(address, kind);
		const rule = this.policy?.forbids(address);
		return rule === undefined ? undefined : refusals.forbiddenByPolicy(address, rule);
	}

	/** Whether the user allows whatever a name leads to, but for metadata addresses. */
	trusts(name: string): boolean {
		return this.allowed.holdsName(name);
	}

	private name(name: string): AddressRefusal | undefined {
		if (this.trusts(name)) return undefined;
		if (isMetadataName(name)) return refusals.metadataName(name);
		// It may lead to one of the allowed addresses; where it leads elsewhere, it is refused then.
		return isLocalName(name) && !this.allowed.hasAddresses ? refusals.localName(name) : undefined;
	}

	private kind(ip: IpAddress, name: string | undefined): string | undefined {
		if (this.allowed.namesAddress(ip)) return undefined;
		if (isMetadata(ip)) return METADATA_KIND;
		if (this.allowed.holdsAddress(ip)) return undefined;
		return name !== undefined && this.trusts(name) ? undefined : specialKind(ip);
	}
}

/** Whether a URL's host is an IP address. */
export function isAddress(hostname: string): boolean {
	return readIpAddress(bare(hostname)) !== undefined;
}

function bare(hostname: string): string {
	return hostname.replace(/^\[|\]$/g, '');
}
