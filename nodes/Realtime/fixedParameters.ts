import type { IExecuteFunctions } from 'n8n-workflow';

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
