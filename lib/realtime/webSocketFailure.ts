import { retryAfterMs } from '../http/sendWithRetry';
import { RealtimeFailure } from './failure';
import type { HttpRefusal } from './webSocket';

/** A person reads no more than this of what a server says. */
const MAX_WORDS_CHARACTERS = 300;

/** Statuses below 500 that pass by themselves. */
const PASSING = new Set([408, 425, 429]);

/** The server answered the handshake with an HTTP status instead of accepting it. */
export function refusedHandshake(refusal: HttpRefusal, origin: string): RealtimeFailure {
	const { status, headers } = refusal;
	const words = spokenWords(refusal);
	const said = words === undefined ? '' : ` (${words})`;
	const message = `${origin} refused the WebSocket with HTTP status ${status}${said}`;
	const retryAfter = retryAfterMs(headers['retry-after']);
	return new RealtimeFailure(message, {
		description: advice(status, headers.location),
		permanent: status < 500 && !PASSING.has(status),
		...(retryAfter === undefined || retryAfter <= 0 ? {} : { retryAfterMs: retryAfter }),
	});
}

/**
 * What undici reports where there is no connection at all. Certificates count as permanent: they do
 * not become right by trying.
 *
 * @param origin `http(s)://host[:port]`
 */
export function networkFailure(error: unknown, origin: string): RealtimeFailure {
	const { code, message } = detailsOf(error);
	const { hostname } = new URL(origin);
	if (/CERT|^ERR_TLS|SIGNATURE|ISSUER/.test(code)) {
		return new RealtimeFailure(`The TLS certificate of ${hostname} was not accepted (${code})`, {
			description:
				'Give the server a valid certificate, or add its authority with NODE_EXTRA_CA_CERTS where n8n runs.',
			permanent: true,
		});
	}
	if (/^ERR_SSL|^EPROTO/.test(code)) {
		return new RealtimeFailure(`${origin} does not speak TLS as expected (${code})`, {
			description: 'Check in the credential whether the server wants wss:// or ws://.',
			permanent: true,
		});
	}
	if (code === 'ECONNREFUSED') {
		return new RealtimeFailure(`Nothing accepts connections at ${origin} (ECONNREFUSED)`, {
			description: 'Start the server, or correct its address in the credential.',
		});
	}
	if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
		return new RealtimeFailure(`The host name ${hostname} was not found (${code})`, {
			description:
				'Correct the address in the credential, or check the name service where n8n runs.',
		});
	}
	return new RealtimeFailure(`${origin} cannot be reached (${code || message})`, {
		description: 'Check the address in the credential and the network.',
	});
}

function advice(status: number, location: unknown): string {
	if (status === 401 || status === 403) {
		return 'Check the credential: the server wants other headers, cookies or a token.';
	}
	if (status >= 300 && status < 400) {
		const target = typeof location === 'string' ? location.replace(/[?#].*$/, '') : 'elsewhere';
		return `The server redirects to ${target}, and a WebSocket follows no redirect. Write the final address in the credential.`;
	}
	if (status === 429) return 'The server asks for patience.';
	if (status >= 500) return 'The server, or a proxy in front of it, has a problem of its own.';
	return 'Check the address in the credential, and that a proxy in front of the server passes WebSockets on.';
}

/** The server's answer where it is meant for people: no web page, no long document. */
function spokenWords({ headers, body }: HttpRefusal): string | undefined {
	const text = body.trim().replace(/\s+/g, ' ');
	if (text === '' || text.startsWith('<') || headers['content-encoding'] !== undefined) {
		return undefined;
	}
	return text.length > MAX_WORDS_CHARACTERS ? `${text.slice(0, MAX_WORDS_CHARACTERS)}…` : text;
}

function detailsOf(error: unknown): { code: string; message: string } {
	if (!(error instanceof Error)) return { code: '', message: 'no details' };
	// Several addresses of one name, all of them tried.
	if (error instanceof AggregateError && error.errors.length > 0) return detailsOf(error.errors[0]);
	const { code } = error as { code?: unknown };
	if (typeof code === 'string') return { code, message: error.message };
	return error.cause === undefined ? { code: '', message: error.message } : detailsOf(error.cause);
}
