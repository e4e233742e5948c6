import { NodeOperationError, type IHookFunctions } from 'n8n-workflow';

/**
 * The account that the user chose in a resource locator.
 *
 * @param what what is to be chosen, such as `WhatsApp session`
 * @throws {NodeOperationError} where none is chosen
 */
export function chosenTarget(
	context: IHookFunctions,
	parameter: string,
	label: string,
	what: string,
): string {
	const value: unknown = context.getNodeParameter(parameter, '', { extractValue: true });
	const target = String(value ?? '').trim();
	if (target !== '') return target;
	throw new NodeOperationError(
		context.getNode(),
		`'${label}' is empty. Choose the ${what} whose events start this workflow. To register manually instead, leave 'API Key' in the credential empty.`,
	);
}
