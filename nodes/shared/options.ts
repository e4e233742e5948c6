import { type IExecuteFunctions, type INode, NodeOperationError } from 'n8n-workflow';

/** A number that users may set, and what it may be. */
export interface NumberOption {
	/** Its display name, for the error. */
	readonly label: string;
	/** Where it is not set, or an expression leaves it empty. */
	readonly fallback: number;
	readonly least: number;
	readonly most: number;
	/** What it is to be. @default `a number from <least> to <most>` */
	readonly what?: string;
	/** What to do where it is not. @default `Write a number from <least> to <most>.` */
	readonly advice?: string;
	/** Whether the advice is a part of the message: of a trigger that fails n8n shows no more. */
	readonly inMessage?: boolean;
}

/**
 * Reads a number that users set; an expression may have given anything.
 *
 * @throws {NodeOperationError} that names the option, and what it may be
 */
export function readNumberOption(
	context: { getNode(): INode },
	value: unknown,
	{ label, fallback, least, most, what, advice, inMessage = false }: NumberOption,
	itemIndex?: number,
): number {
	const number = Number(value === '' ? fallback : (value ?? fallback));
	if (number >= least && number <= most) return number;
	const range = `a number from ${least} to ${most}`;
	const message = `'${label}' is not ${what ?? range}`;
	const description = advice ?? `Enter ${range}.`;
	throw inMessage
		? new NodeOperationError(context.getNode(), `${message}. ${description}`)
		: new NodeOperationError(context.getNode(), message, { description, itemIndex });
}

/** A finite number, or one written as text. What JavaScript makes 0 of, such as null, is none. */
export function numberIn(value: unknown): number | undefined {
	const isWritten = typeof value === 'string' && value.trim() !== '';
	const number = typeof value === 'number' || isWritten ? Number(value) : Number.NaN;
	return Number.isFinite(number) ? number : undefined;
}

/** How many items a list has at most; of an expression that gives nothing, none would come. */
const LIMIT = { label: 'Limit', fallback: 50, least: 1, most: Number.MAX_SAFE_INTEGER };

/**
 * Reads the parameters `returnAll` and `limit` of an item.
 *
 * @returns Infinity for all
 * @throws {NodeOperationError} where the limit is no number from 1 up
 */
export function readLimit(context: IExecuteFunctions, itemIndex: number): number {
	if (context.getNodeParameter('returnAll', itemIndex, false) === true) return Infinity;
	const value: unknown = context.getNodeParameter('limit', itemIndex, LIMIT.fallback);
	const option = { ...LIMIT, what: 'a number from 1 up', advice: 'Enter a number such as 50.' };
	return Math.floor(readNumberOption(context, value, option, itemIndex));
}

/**
 * Reads one of several values that users choose from; an expression may have given anything.
 *
 * @param label the option's display name, for the error
 * @param known the values; the first is the default
 * @throws {NodeOperationError} that names the option and the values
 */
export function readChoice<Value extends string>(
	context: { getNode(): INode },
	label: string,
	value: unknown,
	known: readonly [Value, ...Value[]],
	itemIndex?: number,
): Value {
	if (value === undefined || value === null || value === '') return known[0];
	const found = known.find((one) => one === value);
	if (found !== undefined) return found;
	throw new NodeOperationError(
		context.getNode(),
		`'${label}' is not one of its choices: ${known.join(', ')}`,
		{ itemIndex, description: 'Check the expression: it returns something else.' },
	);
}

/** A filter that an expression made something else of. */
export function wrongFilter(
	context: { getNode(): INode },
	label: string,
	what: string,
	itemIndex: number,
): NodeOperationError {
	return new NodeOperationError(context.getNode(), `The filter '${label}' is not ${what}`, {
		itemIndex,
		description: 'Check the expression: it returns something else.',
	});
}

/**
 * Reads a filter that is text, as it was written; n8n gives a number for an expression that looks like one.
 *
 * @returns undefined where it is empty
 * @throws {NodeOperationError} that names the filter
 */
export function readFilterText(
	context: { getNode(): INode },
	label: string,
	value: unknown,
	itemIndex: number,
): string | undefined {
	if (value === undefined || value === null || value === '') return undefined;
	if (typeof value === 'string' || typeof value === 'number') return String(value);
	throw wrongFilter(context, label, 'text', itemIndex);
}

/** An hour: a node that waits longer would only look as if it hung. */
export const LONGEST_SECONDS = 3600;

/** A time limit in seconds: a part of one counts, but 0 is none. */
export function secondsOption(label: string, fallback: number, example = 10): NumberOption {
	return {
		label,
		fallback,
		least: Number.MIN_VALUE,
		most: LONGEST_SECONDS,
		what: `a number of seconds between 0 and ${LONGEST_SECONDS}`,
		advice: `Enter a number above 0, such as ${example}.`,
	};
}

/**
 * Reads a time limit that users give in seconds, as a parameter of an item.
 *
 * @param label the parameter's display name, for the error
 * @returns milliseconds
 * @throws {NodeOperationError} where it is no number above 0 and up to an hour
 */
export function readSeconds(
	context: IExecuteFunctions,
	parameter: string,
	label: string,
	fallback: number,
	itemIndex: number,
): number {
	const value: unknown = context.getNodeParameter(parameter, itemIndex, fallback);
	return 1000 * readNumberOption(context, value, secondsOption(label, fallback), itemIndex);
}
