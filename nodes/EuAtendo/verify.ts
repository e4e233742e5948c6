import type { Delivery, Verdict } from '../../lib/receive/provider';
import { verifyJwtHs256 } from '../../lib/receive/jwt';
import { bearerTokens, headerTokens, sharedTokenVerdict } from '../../lib/receive/hmac';
import type { EvolutionSettings } from './settings';

/** What Evolution API's webhook.controller.ts signs, beside `iat` and `exp`. */
const CLAIMS = { app: 'evolution', action: 'webhook' } as const;

/**
 * Checks who delivers. Neither way covers the body: the token proves that the server made it within
 * the last minutes, the secret header that the sender knows it.
 *
 * @param leewayMs how long past its end a token is still good
 */
export function verifyEvolution(
	{ headers, receivedAt }: Delivery,
	{ verification, headerName, secrets }: EvolutionSettings,
	leewayMs: () => number,
): Verdict {
	if (verification === 'header') {
		return sharedTokenVerdict(headerTokens(headers, headerName.toLowerCase()), { secrets });
	}
	if (!headers.authorization) return { result: 'refused', reason: 'signature_missing' };
	const [token] = bearerTokens(headers);
	const reason =
		token === undefined
			? 'signature_malformed'
			: verifyJwtHs256({ token, keys: secrets, claims: CLAIMS, now: receivedAt, leewayMs });
	return reason === undefined
		? { result: 'verified', verification: 'jwt-hs256' }
		: { result: 'refused', reason };
}
