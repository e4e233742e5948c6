import { ProxyError, ProxyRefusedError } from './proxy';

/** How a connection to a server failed, as far as Node tells. */
export type NetworkFaultKind =
	/** Nobody listens there. */
	| 'refused'
	| 'nameNotFound'
	| 'certificate'
	/** The other side does not speak TLS, or not this one. */
	| 'tls'
	| 'timeout'
	/** The connection broke off. */
	| 'lost'
	| 'unreachable';

/** A failed connection in words for the user; no secret can be in them. */
export interface NetworkFault {
	readonly kind: NetworkFaultKind;
	readonly message: string;
	/** What to do, but for what the fields of the credential are called. */
	readonly description: string;
}

/** Codes with which undici, or Node, says that an established connection ended. */
const LOST: ReadonlySet<string> = new Set([
	'ECONNRESET',
	'EPIPE',
	'UND_ERR_SOCKET',
	'UND_ERR_CLOSED',
	'UND_ERR_DESTROYED',
]);

const TIMEOUTS: ReadonlySet<string> = new Set([
	'ETIMEDOUT',
	'UND_ERR_CONNECT_TIMEOUT',
	'UND_ERR_HEADERS_TIMEOUT',
	'UND_ERR_BODY_TIMEOUT',
]);

/** undici's words for a proxy that wants a password of a request without a tunnel. */
const LOGIN_WANTED = /^Proxy Authentication Required/;

/**
 * Names an error of Node's network layer or of undici.
 *
 * @param origin `http(s)://host[:port]` of the server
 */
export function networkFault(error: unknown, origin: string): NetworkFault {
	if (error instanceof ProxyError) {
		return { kind: 'unreachable', message: error.message, description: error.description };
	}
	if (error instanceof Error && LOGIN_WANTED.test(error.message)) {
		return networkFault(new ProxyRefusedError(new URL(origin).host, 407), origin);
	}
	return networkFaultAt(codeOf(error), origin, new URL(origin).hostname);
}

/**
 * The same by the code of an error of Node's.
 *
 * @param address of the server as the user knows it, such as `https://host:port`
 */
export function networkFaultAt(
	code: string = 'no code',
	address: string,
	host: string,
): NetworkFault {
	if (/CERT|^ERR_TLS|SIGNATURE|ISSUER/.test(code)) {
		return {
			kind: 'certificate',
			message: `The TLS certificate of ${host} was not accepted (${code})`,
			description:
				"Install a valid certificate on the server, or add its certificate authority with NODE_EXTRA_CA_CERTS in n8n's environment.",
		};
	}
	if (/^ERR_SSL|^EPROTO/.test(code)) {
		return {
			kind: 'tls',
			message: `${address} does not speak TLS as expected (${code})`,
			description: 'Check whether the server expects an encrypted connection.',
		};
	}
	if (code === 'ECONNREFUSED') {
		return {
			kind: 'refused',
			message: `No server accepts connections at ${address} (ECONNREFUSED)`,
			description: 'Start the server, or correct its address.',
		};
	}
	if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
		return {
			kind: 'nameNotFound',
			message: `The host name ${host} was not found (${code})`,
			description: 'Correct the host name, or check the DNS settings of n8n.',
		};
	}
	if (TIMEOUTS.has(code)) {
		return {
			kind: 'timeout',
			message: `${address} did not answer in time (${code})`,
			description: 'Check the address and the network, or raise the time limit.',
		};
	}
	if (LOST.has(code)) {
		return {
			kind: 'lost',
			message: `The connection to ${address} was interrupted (${code})`,
			description: 'Check the server and the network between it and n8n.',
		};
	}
	return {
		kind: 'unreachable',
		message: `${address} can't be reached (${code})`,
		description: 'Check the address and the network.',
	};
}

/** Node reports a name with several addresses as one error with one cause for each. */
function codeOf(error: unknown): string | undefined {
	if (typeof error !== 'object' || error === null) return undefined;
	const { code, errors, cause } = error as { code?: unknown; errors?: unknown; cause?: unknown };
	if (typeof code === 'string') return code;
	return codeOf(Array.isArray(errors) ? errors[0] : cause);
}
