import { NodeOperationError, type INodeProperties, type ITriggerFunctions } from 'n8n-workflow';

const DEFAULT_SECONDS = 10;
const MAX_SECONDS = 3600;

/** Option of transports that can be slow to connect. */
export const connectionTimeoutOption: INodeProperties = {
	displayName: 'Connection Timeout',
	name: 'connectionTimeout',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: MAX_SECONDS },
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
		'Field of the payload that identifies the event, with dots for fields inside of fields. Events of one name with the same value start the workflow once.',
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
	const seconds = Number(options.connectionTimeout ?? DEFAULT_SECONDS);
	if (seconds > 0 && seconds <= MAX_SECONDS) return seconds * 1000;
	throw new NodeOperationError(
		context.getNode(),
		`'Connection Timeout' is not a number of seconds between 0 and ${MAX_SECONDS}. Write a number above 0, such as 10.`,
	);
}
