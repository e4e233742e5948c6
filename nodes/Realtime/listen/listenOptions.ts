import type { IExecuteFunctions, INodeProperties, ITriggerFunctions } from 'n8n-workflow';
import { LONGEST_SECONDS, readNumberOption, secondsOption } from '../../shared/options';

const DEFAULT_SECONDS = 10;

/** Option of transports that can be slow to connect. */
export const connectionTimeoutOption: INodeProperties = {
	displayName: 'Connection Timeout',
	name: 'connectionTimeout',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: LONGEST_SECONDS },
	default: DEFAULT_SECONDS,
	description: 'How many seconds to wait for the server to accept the connection',
};

/** Option of transports whose servers give events no identity. */
export const eventIdFieldOption: INodeProperties = {
	displayName: 'Event ID Field',
	name: 'eventIdField',
	type: 'string',
	default: '',
	placeholder: 'e.g. order.number',
	description:
		'The payload field that identifies the event. Use dots for nested fields. Events with the same name and the same value start the workflow only once.',
};

/** The options that the user has added. */
export function readListenOptions(context: ITriggerFunctions): Record<string, unknown> {
	const options: unknown = context.getNodeParameter('options', {});
	return typeof options === 'object' && options !== null ? { ...options } : {};
}

/** The dotted path of 'Event ID Field', empty for none. */
export function readEventIdField(options: Readonly<Record<string, unknown>>): string {
	return String(options.eventIdField ?? '').trim();
}

/**
 * Milliseconds of 'Connection Timeout'.
 *
 * @throws {NodeOperationError} where it is no number above 0 and up to an hour
 */
export function readConnectionLimit(
	context: ITriggerFunctions,
	options: Readonly<Record<string, unknown>>,
): number {
	const option = secondsOption('Connection Timeout', DEFAULT_SECONDS);
	return (
		1000 * readNumberOption(context, options.connectionTimeout, { ...option, inMessage: true })
	);
}

/**
 * The same context, in which a parameter without an expression is read once. It is the same for
 * every item, and n8n validates it anew each time it is asked: for thousands of items that is most
 * of what sending them costs.
 */
export function withFixedParameters(context: IExecuteFunctions): IExecuteFunctions {
	const { parameters } = context.getNode();
	const fixed = new Map<string, unknown>();
	const read = (...args: Parameters<IExecuteFunctions['getNodeParameter']>): unknown => {
		const [name, , , options] = args;
		if (options !== undefined) return context.getNodeParameter(...args);
		if (fixed.has(name)) return fixed.get(name);
		const value = context.getNodeParameter(...args);
		// Names may lead into collections, such as `options.keyPrefix`.
		const [root = name] = name.split(/[.[]/, 1);
		if (!hasExpression(parameters[root])) fixed.set(name, value);
		return value;
	};
	return Object.create(context, { getNodeParameter: { value: read } }) as IExecuteFunctions;
}

function hasExpression(value: unknown): boolean {
	if (typeof value === 'string') return value.startsWith('=');
	if (typeof value !== 'object' || value === null) return false;
	return Object.values(value).some(hasExpression);
}
