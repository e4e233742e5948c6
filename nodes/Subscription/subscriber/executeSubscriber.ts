import {
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';
import { assertNotByAgent } from '../../shared/asTool';
import type { SubscriberRegistry } from '../../../lib/subscriber/registry';
import { failedItem } from '../../shared/failedItem';
import { withRegistry } from '../../shared/n8nApi/subscriberRegistry';
import {
	create,
	createOrUpdate,
	get,
	getMany,
	pause,
	remove,
	resume,
	rotateSecret,
	sendTestEvent,
	update,
} from './operations';

/** Does what the operation says for one item; gives the output's JSON, one or several. */
type SubscriberOperation = (
	context: IExecuteFunctions,
	registry: SubscriberRegistry,
	itemIndex: number,
) => Promise<IDataObject | IDataObject[]>;

const OPERATIONS: Readonly<Record<string, SubscriberOperation>> = {
	create,
	createOrUpdate,
	delete: remove,
	get,
	getAll: getMany,
	pause,
	resume,
	rotateSecret,
	sendTestEvent,
	update,
};

/** The resource Subscriber: one operation for every input item, in order. */
export async function executeSubscriber(
	context: IExecuteFunctions,
): Promise<INodeExecutionData[][]> {
	const name = context.getNodeParameter('operation', 0);
	const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
	if (operation === undefined) {
		throw new NodeOperationError(context.getNode(), "'Operation' is not supported by this node", {
			description: `Choose one of: ${Object.keys(OPERATIONS).join(', ')}.`,
		});
	}
	assertNotByAgent(context, name, ['delete']);
	return [
		await withRegistry(context, async (registry) => await forEach(context, registry, operation)),
	];
}

async function forEach(
	context: IExecuteFunctions,
	registry: SubscriberRegistry,
	operation: SubscriberOperation,
): Promise<INodeExecutionData[]> {
	const output: INodeExecutionData[] = [];
	for (const item of context.getInputData().keys()) {
		// n8n drops the output of a cancelled execution, but does not stop a loop.
		if (context.getExecutionCancelSignal()?.aborted === true) break;
		try {
			const results = [await operation(context, registry, item)].flat();
			for (const json of results) output.push({ json, pairedItem: { item } });
		} catch (error) {
			output.push(failedItem(context, error, item));
		}
	}
	return output;
}

export { subscriberProperties } from './properties';
