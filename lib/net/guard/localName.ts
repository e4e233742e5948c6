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
