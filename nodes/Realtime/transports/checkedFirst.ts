import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

/**
 * The outcomes where nothing is sent since one item cannot be: without Continue on Fail that item ends
 * the node, and nobody could tell which of the others had left.
 *
 * @param prepared what each item sends, or why it cannot be sent
 * @returns undefined where sending may begin
 */
export function refusedTogether(
	context: IExecuteFunctions,
	prepared: ReadonlyArray<object | Error>,
): Array<IDataObject | Error> | undefined {
	if (context.continueOnFail()) return undefined;
	if (!prepared.some((item) => item instanceof Error)) return undefined;
	return prepared.map((item) => (item instanceof Error ? item : {}));
}

/** The outcome of an item that was not sent (yet). */
export function unsent(prepared: object | Error): IDataObject | Error {
	return prepared instanceof Error ? prepared : new Error('It was not sent');
}

/** Whatever was thrown, as an error. */
export function asError(error: unknown): Error {
	return error instanceof Error ? error : new Error(String(error));
}
