import type { LookupFunction } from 'node:net';
import { NodeOperationError, type IExecuteFunctions } from 'n8n-workflow';

/**
 * Asks n8n's egress policy (SSRF protection) for a host before a connection is opened.
 *
 * @param origin - `http(s)://host[:port]`
 * @returns the lookup that enforces the policy while connecting, undefined on an n8n without one
 * @throws NodeOperationError where the policy forbids the address
 */
export async function allowedLookup(
	context: IExecuteFunctions,
	origin: string,
): Promise<LookupFunction | undefined> {
	// n8n has this helper since 2.x; older hosts have no policy to ask.
	const helpers: Partial<IExecuteFunctions['helpers']> = context.helpers;
	const filter = helpers.getSecureEgressFilter?.();
	if (filter === undefined) return undefined;
	const verdict = await filter.validateUrl(origin);
	if (!verdict.ok) {
		throw new NodeOperationError(
			context.getNode(),
			`The network policy of this n8n does not allow connections to ${origin}`,
			{
				description: `${verdict.error.message}. An administrator can allow it with N8N_SSRF_ALLOWED_HOSTNAMES or N8N_SSRF_ALLOWED_IP_RANGES.`,
			},
		);
	}
	return filter.createSecureLookup();
}
