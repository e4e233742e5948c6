import { AddressRefusedError, type AddressRefusal } from './addressGuard';
import { NameServerTimeoutError } from './resolveName';

// Host names and addresses are shown, paths, queries and user info never: they may hold secrets.

const TO_ALLOW = "to 'Allowed Private Addresses'";

export function notAUrl(): AddressRefusal {
	return {
		reason: 'not_a_url',
		message:
			'This is not an address that can be called. Write it in full, such as https://example.com/webhooks.',
	};
}

export function notHttp({ protocol }: URL): AddressRefusal {
	return {
		reason: 'not_http',
		message: `Addresses that begin with ${protocol} cannot be called. Use one that begins with https://.`,
	};
}

export function notHttps({ host }: URL): AddressRefusal {
	return {
		reason: 'not_https',
		message: `http://${host} is not encrypted. Use its https:// address, or turn on 'Allow HTTP'.`,
	};
}

export function hasUserInfo({ host }: URL): AddressRefusal {
	return {
		reason: 'has_user_info',
		message: `The address at ${host} holds a user name or password before the @. Leave it out, and send it in a header if the server needs it.`,
	};
}

/** @param kind words that end the sentence "It is …" */
export function notPublic(address: string, kind: string): AddressRefusal {
	return {
		reason: 'not_public',
		message: `${address} is not a public address: it is ${kind}. If it may be called, add ${address.replace(/^\[|\]$/g, '')} ${TO_ALLOW}.`,
	};
}

export function localName(name: string): AddressRefusal {
	return {
		reason: 'not_public',
		message: `${name} is not a public name: it means something inside a network only. If it may be called, add ${name} ${TO_ALLOW}.`,
	};
}

export function metadataName(name: string): AddressRefusal {
	return {
		reason: 'not_public',
		message: `${name} is where a cloud keeps the secrets of its servers, not a public name. If it may be called, add ${name} ${TO_ALLOW}.`,
	};
}

/** A name, one of whose addresses is special. */
export function leadsToPrivate(name: string, address: string, kind: string): AddressRefusal {
	return {
		reason: 'not_public',
		message: `${name} leads to ${address}, which is not a public address: it is ${kind}. If it may be called, add ${address} ${TO_ALLOW}.`,
	};
}

/** @param rule in the policy's own words */
export function forbiddenByPolicy(host: string, rule: string): AddressRefusal {
	return {
		reason: 'egress_policy',
		message: `The network policy of this n8n does not allow connections to ${host}: ${rule}. An administrator can allow it with N8N_SSRF_ALLOWED_HOSTNAMES or N8N_SSRF_ALLOWED_IP_RANGES.`,
	};
}

/** A lookup that gave no address, for whatever reason. */
export function lookupFailed(name: string, error: unknown): AddressRefusal {
	if (error instanceof AddressRefusedError) return error.refusal;
	const code = error instanceof Error && 'code' in error ? error.code : undefined;
	if (error instanceof NameServerTimeoutError) {
		return unresolved(
			name,
			`the name server did not answer within ${error.limitMs / 1000} seconds`,
		);
	}
	if (code === undefined || code === 'ENOTFOUND' || code === 'ENODATA') return notFound(name);
	return unresolved(name, `the name server failed (${String(code)})`);
}

export function notFound(name: string): AddressRefusal {
	return {
		reason: 'name_not_found',
		message: `The host name ${name} was not found. Correct the address, or check the name service where n8n runs.`,
	};
}

function unresolved(name: string, why: string): AddressRefusal {
	return {
		reason: 'name_not_found',
		message: `The host name ${name} could not be looked up: ${why}. Try again later, or check the name service where n8n runs.`,
	};
}
