import type { IncomingHttpHeaders } from 'node:http';
import { equalSecrets } from './constantTime';
import { usableSecrets, type WebhookSecrets } from './hmac';
import type { Verdict } from './provider';

/** More than anybody sends; bounds the work that one request can cause. */
const MOST_TOKENS = 4;

/**
 * The verdict on a delivery that shows a secret as it is. It proves who sent, not what: the body is
 * not covered, so it is worth as much as the https connection that it came by.
 *
 * @param tokens what was sent, from `headerTokens` or `bearerTokens` or the URL; blank ones count as
 * not sent
 * @param secrets each token is held against each, in constant time for a given number of both
 */
export function sharedTokenVerdict(
	tokens: readonly string[],
	{ secrets }: WebhookSecrets,
): Verdict {
	const sent = tokens.filter((token) => token !== '').slice(0, MOST_TOKENS);
	if (sent.length === 0) return { result: 'refused', reason: 'signature_missing' };
	let matches = 0;
	for (const secret of usableSecrets(...secrets)) {
		// No early exit: the time must not tell which of the secrets matched.
		for (const token of sent) matches |= equalSecrets(token, secret) ? 1 : 0;
	}
	return matches === 1
		? { result: 'verified', verification: 'shared-token' }
		: { result: 'refused', reason: 'signature_mismatch' };
}

/**
 * The whole value of a header, which may hold spaces and commas.
 *
 * @param name in lower case
 */
export function headerTokens(headers: IncomingHttpHeaders, name: string): string[] {
	const value = headers[name];
	return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

/**
 * The token of `Authorization: Bearer <token>`, RFC 6750 section 2.1; none for any other scheme.
 */
export function bearerTokens({ authorization }: IncomingHttpHeaders): string[] {
	const token = /^Bearer +(\S.*)$/i.exec(authorization ?? '')?.[1];
	return token === undefined ? [] : [token.trim()];
}
