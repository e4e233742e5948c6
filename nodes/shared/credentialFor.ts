import type { ICredentialsDisplayOptions, INode, NodeParameterValue } from 'n8n-workflow';

/**
 * When a credential of a node is asked for: where the node's parameters have one of the values.
 *
 * The names are written absolute (`/transport`). n8n compares the same parameters then, but its
 * editor does not take one of them for the choice of a way to sign in. It does so where every value
 * of a parameter is named by some credential, and then hides that parameter: one selector for the
 * credentials of all values takes its place, and sets it to a value of the editor's choosing
 * (`getMainAuthField` in n8n's editor).
 *
 * @param parameters values by the name of the parameter, such as `{ transport: ['pusher'] }`
 */
export function credentialFor(
	parameters: Readonly<Record<string, NodeParameterValue[]>>,
): ICredentialsDisplayOptions {
	const show = Object.entries(parameters).map(([name, values]) => [`/${name}`, values] as const);
	return { show: Object.fromEntries(show) };
}

/**
 * When a webhook trigger asks for its credential: always, unless it takes unverified events. n8n then
 * shows a missing one on the canvas and in the panel, before anybody publishes. Of two entries with the
 * same credential n8n reads the first only, so that it cannot be optional in one case and required in
 * the other.
 *
 * @param parameters as for {@link credentialFor}
 */
export function verifyingCredential(
	parameters: Readonly<Record<string, NodeParameterValue[]>> = {},
): ICredentialsDisplayOptions {
	return { ...credentialFor(parameters), hide: { '/options.acceptUnverified': [true] } };
}

/**
 * Whether a webhook trigger has a credential that n8n would give it: of one that takes unverified
 * events n8n keeps the credential that was chosen before, but does not read it ({@link
 * verifyingCredential}).
 *
 * @param name type of the credential
 */
export function hasVerifyingCredential({ credentials, parameters }: INode, name: string): boolean {
	const { acceptUnverified } = Object(parameters.options) as { acceptUnverified?: unknown };
	return credentials?.[name] !== undefined && acceptUnverified !== true;
}
