import { NodeOperationError, type IDataObject, type IExecuteFunctions } from 'n8n-workflow';
import type { SubscriberRegistry } from '../../../../lib/subscriber/registry';
import { BadRow, type RegisteredSubscriber } from '../../../../lib/subscriber/subscriber';
import { givenSubscriberId } from '../subscriberId';
import { subscriberJson } from '../subscriberJson';

export async function get(
	context: IExecuteFunctions,
	registry: SubscriberRegistry,
	itemIndex: number,
): Promise<IDataObject> {
	return subscriberJson(await subscriberOf(context, registry, itemIndex));
}

/**
 * The subscriber that 'Subscriber ID' names.
 *
 * @throws {NodeOperationError} where its row cannot be used
 */
export async function subscriberOf(
	context: IExecuteFunctions,
	registry: SubscriberRegistry,
	itemIndex: number,
): Promise<RegisteredSubscriber> {
	const stored = await registry.get(givenSubscriberId(context, itemIndex));
	if (!(stored instanceof BadRow)) return stored;
	throw new NodeOperationError(context.getNode(), stored.message, {
		itemIndex,
		description: "Correct the row in n8n under Data Tables, or with the operation 'Update'.",
	});
}
