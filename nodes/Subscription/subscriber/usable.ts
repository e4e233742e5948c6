import { NodeOperationError, type IExecuteFunctions } from 'n8n-workflow';
import { Problem } from '../../../lib/subscriber/problem';

/**
 * A value that can be used.
 *
 * @param label of the parameter, as the user sees it
 * @throws {NodeOperationError} that says what is wrong with it
 */
export function usable<T>(
	context: IExecuteFunctions,
	itemIndex: number,
	label: string,
	value: T | Problem,
): T {
	if (!(value instanceof Problem)) return value;
	const [what = '', ...todo] = value.text.split('; ');
	const advice = todo.join('; ');
	throw new NodeOperationError(context.getNode(), `'${label}' ${what}`, {
		itemIndex,
		description: advice === '' ? undefined : `${advice[0]?.toUpperCase()}${advice.slice(1)}.`,
	});
}
