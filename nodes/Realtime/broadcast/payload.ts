import {
	NodeOperationError,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';
import { READING_OPERATIONS } from '../pusher/broadcastProperties';

/** Operations that send nothing. */
const hide = { operation: [...READING_OPERATIONS] };

/** What an item sends: the parameters of {@link readPayload}. */
export const payloadProperties: INodeProperties[] = [
	{
		displayName: 'Payload',
		name: 'payload',
		type: 'options',
		default: 'item',
		description: 'The data that the clients receive with the event',
		displayOptions: { hide },
		options: [
			{ name: 'Whole Item', value: 'item', description: 'The JSON of the input item' },
			{
				name: 'One Field',
				value: 'field',
				description: 'The value of one field of the input item',
			},
			{ name: 'JSON', value: 'json', description: 'A custom JSON value' },
		],
	},
	{
		displayName: 'Payload Field',
		name: 'payloadField',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. data.text',
		description: 'The field name. Use dots for nested fields.',
		requiresDataPath: 'single',
		displayOptions: { hide, show: { payload: ['field'] } },
	},
	{
		displayName: 'Payload JSON',
		name: 'payloadJson',
		type: 'json',
		required: true,
		default: '{}',
		displayOptions: { hide, show: { payload: ['json'] } },
	},
];

/**
 * The value that an item sends, as 'Payload' says.
 *
 * @throws NodeOperationError for a field that the item does not have and for broken JSON
 */
export function readPayload(
	context: IExecuteFunctions,
	item: INodeExecutionData,
	itemIndex: number,
): unknown {
	switch (context.getNodeParameter('payload', itemIndex)) {
		case 'field':
			return readField(context, item, itemIndex);
		case 'json':
			return readJson(context, itemIndex);
		default:
			return item.json;
	}
}

function readField(context: IExecuteFunctions, item: INodeExecutionData, itemIndex: number) {
	const path = String(context.getNodeParameter('payloadField', itemIndex)).trim();
	const value = valueAt(item.json, path);
	if (value === undefined) {
		throw new NodeOperationError(
			context.getNode(),
			path === '' ? "'Payload Field' is empty" : `The item has no field '${path}'`,
			{ itemIndex, description: "Enter the name of a field of the input item in 'Payload Field'." },
		);
	}
	return value;
}

/** Follows `a.b[0].c` or `a.b.0.c`; a field whose own name is the whole path comes first. */
function valueAt(json: object, path: string): unknown {
	if (Object.hasOwn(json, path)) return Reflect.get(json, path);
	const steps = path.replace(/\[(\d+)\]/g, '.$1').split('.');
	return steps.reduce<unknown>(
		(value, step) =>
			typeof value === 'object' && value !== null && Object.hasOwn(value, step)
				? Reflect.get(value, step)
				: undefined,
		json,
	);
}

function readJson(context: IExecuteFunctions, itemIndex: number): unknown {
	const value = context.getNodeParameter('payloadJson', itemIndex);
	if (typeof value !== 'string') return value;
	try {
		return JSON.parse(value);
	} catch (error) {
		throw new NodeOperationError(context.getNode(), "'Payload JSON' is not valid JSON", {
			itemIndex,
			description: error instanceof Error ? error.message : undefined,
		});
	}
}
