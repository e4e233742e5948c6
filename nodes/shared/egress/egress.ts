import type { LookupFunction } from 'node:net';
import {
	NodeOperationError,
	type IExecuteFunctions,
	type IHookFunctions,
	type ITriggerFunctions,
	type IWebhookFunctions,
	type NodeEgressFilter,
} from 'n8n-workflow';

/** What n8n's egress policy says of an address. */
export type EgressVerdict =
	/** The lookup that enforces the policy while connecting, undefined on an n8n without one. */
	| { readonly allowed: true; readonly lookup: LookupFunction | undefined }
	| { readonly allowed: false; readonly message: string; readonly description: string };

type Context = IExecuteFunctions | IHookFunctions | ITriggerFunctions | IWebhookFunctions;

/** n8n's egress policy itself; undefined on an n8n that has none. */
export function egressFilterOf(context: Context): NodeEgressFilter | undefined {
	// n8n has this helper since 2.x; older hosts have no policy to ask.
	const helpers: Partial<Context['helpers']> = context.helpers;
	return helpers.getSecureEgressFilter?.();
}

/**
 * Asks n8n's egress policy (SSRF protection) for a host before a connection is opened.
 *
 * @param origin `http(s)://host[:port]`
 */
export async function askEgressPolicy(context: Context, origin: string): Promise<EgressVerdict> {
	const filter = egressFilterOf(context);
	if (filter === undefined) return { allowed: true, lookup: undefined };
	const verdict = await filter.validateUrl(origin);
	if (verdict.ok) return { allowed: true, lookup: filter.createSecureLookup() };
	return { allowed: false, ...forbiddenAt(origin, verdict.error.message) };
}

/**
 * What n8n's policy forbids, in words for the user.
 *
 * @param why n8n's own words, without a full stop
 */
export function forbiddenAt(
	origin: string,
	why: string,
): { readonly message: string; readonly description: string } {
	return {
		message: `The network policy of this n8n does not allow connections to ${origin}`,
		description: `${why}. An administrator can allow it with N8N_SSRF_ALLOWED_HOSTNAMES or N8N_SSRF_ALLOWED_IP_RANGES.`,
	};
}

/**
 * The lookup to connect with.
 *
 * @param origin `http(s)://host[:port]`
 * @throws {NodeOperationError} where the policy forbids the address
 */
export async function allowedLookup(
	context: IExecuteFunctions,
	origin: string,
): Promise<LookupFunction | undefined> {
	const verdict = await askEgressPolicy(context, origin);
	if (verdict.allowed) return verdict.lookup;
	const { message, description } = verdict;
	throw new NodeOperationError(context.getNode(), message, { description });
}
