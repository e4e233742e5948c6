import type { ICredentialsDisplayOptions, NodeParameterValue } from 'n8n-workflow';

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
