import type { INodeProperties, IWebhookFunctions } from 'n8n-workflow';
import { bearerTokens, headerTokens, sharedTokenVerdict } from '../../lib/receive/hmac';
import { verifyJwtHs256 } from '../../lib/receive/jwt';
import type { Delivery, Verdict } from '../../lib/receive/provider';
import { numberIn } from '../shared/options';
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

/**
 * Evolution API makes a token once for each event, good for 10 minutes, and sends it with all ten
 * attempts, the last of which comes after 20 to 25 minutes. What is refused is not sent again.
 */
const DEFAULT_MINUTES = 30;

const MINUTE_MS = 60_000;

/** The option 'Token Leeway (Minutes)'. */
export const tokenLeewayOption: INodeProperties = {
	displayName: 'Token Leeway (Minutes)',
	name: 'tokenLeeway',
	type: 'number',
	typeOptions: { minValue: 0, maxValue: 1440 },
	default: DEFAULT_MINUTES,
	description:
		'How long to accept a signed token after it expires. Retries reuse the token of the first attempt, so less than 20 minutes can lose events.',
};

/** The option's value in milliseconds. */
export function tokenLeewayMs(context: IWebhookFunctions): number {
	const { options } = context.getNode().parameters;
	if (typeof options !== 'object' || options === null || !('tokenLeeway' in options)) {
		return DEFAULT_MINUTES * MINUTE_MS;
	}
	// Of an expression that gives nothing, 0 would refuse each retry for good.
	const minutes = numberIn(context.getNodeParameter('options.tokenLeeway', DEFAULT_MINUTES)) ?? -1;
	return (minutes >= 0 ? minutes : DEFAULT_MINUTES) * MINUTE_MS;
}
