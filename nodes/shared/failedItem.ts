import { NodeOperationError, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';

/**
 * The output of an item that failed: `{error: {message, description?}}`.
 *
 * @throws {NodeOperationError} unless the node continues on fail
 */
export function failedItem(
	context: IExecuteFunctions,
	error: unknown,
	index: number,
): INodeExecutionData {
	const { message, description } = wordsOf(error);
	if (!context.continueOnFail()) throw itemError(context, { message, description }, index);
	const reason = description === undefined ? { message } : { message, description };
	return { json: { error: reason }, pairedItem: { item: index } };
}

/**
 * Runs what an error ends for all items. n8n itself would put the input on the first output, as if
 * nothing had failed.
 *
 * @param outputs what comes out instead, with Continue on Fail. @default for each input item one that failed
 * @throws what `work` throws, unless the node continues on fail
 */
export async function orFailedItems(
	context: IExecuteFunctions,
	work: () => Promise<INodeExecutionData[][]>,
	outputs: (failed: (index: number) => INodeExecutionData) => INodeExecutionData[][] = (failed) => [
		context.getInputData().map((_, index) => failed(index)),
	],
): Promise<INodeExecutionData[][]> {
	if (!context.continueOnFail()) return await work();
	try {
		return await work();
	} catch (error) {
		return outputs((index) => failedItem(context, error, index));
	}
}

/** The error that stops the node, at an item where one is named, with just these words. */
export function itemError(
	context: IExecuteFunctions,
	{ message, description }: { readonly message: string; readonly description?: string },
	itemIndex?: number,
): NodeOperationError {
	const options = { description, ...(itemIndex === undefined ? {} : { itemIndex }) };
	const failure = new NodeOperationError(context.getNode(), message, options);
	// n8n puts a general text in place of any message with a code such as ECONNREFUSED in it.
	failure.message = message;
	failure.messages = [];
	return failure;
}

/** The words of any error, whoever threw it. */
export function wordsOf(error: unknown): { message: string; description?: string } {
	if (!(error instanceof Error)) return { message: String(error) };
	const description = 'description' in error ? error.description : undefined;
	return {
		message: error.message,
		description: typeof description === 'string' ? description : undefined,
	};
}
