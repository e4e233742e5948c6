import { NodeOperationError, type IExecuteFunctions } from 'n8n-workflow';

/**
 * The same as {@link assertGivesSomething}, where the node itself is to fail.
 *
 * @throws {NodeOperationError} that says what to do
 */
export function assertParameterGives(
	context: Pick<IExecuteFunctions, 'getNode'>,
	stored: unknown,
	value: unknown,
	label: string,
): void {
	try {
		assertGivesSomething(stored, value, label);
	} catch (error) {
		throw new NodeOperationError(context.getNode(), (error as Error).message);
	}
}

/**
 * Asserts that what an expression gives is something: n8n makes nothing of one that fails, and what the
 * user restricted by it would be open to all, or the other way round.
 *
 * @param stored the parameter as it is saved
 * @param value what n8n made of it; an empty text counts, since somebody may mean it
 * @param label the parameter's name in the editor
 * @throws {Error} that says what to do
 */
export function assertGivesSomething(stored: unknown, value: unknown, label: string): void {
	const isNothing =
		value === undefined || value === null || (Array.isArray(value) && value.length === 0);
	if (!isNothing || typeof stored !== 'string' || !stored.startsWith('=')) return;
	throw new Error(
		`'${label}' is empty. Check the expression: in n8n, an expression that fails returns nothing.`,
	);
}
