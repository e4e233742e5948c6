import { NodeOperationError, type IExecuteFunctions } from 'n8n-workflow';

/** An hour: a node that waits longer would only look as if it hung. */
const MAX_SECONDS = 3600;

/**
 * Reads a time limit that users give in seconds.
 *
 * @param label - the parameter's display name, for the error
 * @returns milliseconds
 * @throws NodeOperationError where the value is no number above 0 and up to an hour
 */
export function secondsOption(
	context: IExecuteFunctions,
	parameter: string,
	label: string,
	defaultSeconds: number,
	itemIndex: number,
): number {
	const seconds = Number(context.getNodeParameter(parameter, itemIndex, defaultSeconds));
	if (!(seconds > 0 && seconds <= MAX_SECONDS)) {
		throw new NodeOperationError(
			context.getNode(),
			`'${label}' is not a number of seconds between 0 and ${MAX_SECONDS}`,
			{ itemIndex, description: 'Write a number above 0, such as 10.' },
		);
	}
	return seconds * 1000;
}
