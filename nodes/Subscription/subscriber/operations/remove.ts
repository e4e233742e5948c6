import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import type { SubscriberRegistry } from '../../../../lib/subscriber/registry';
import { givenSubscriberId } from '../subscriberId';

export async function remove(
	context: IExecuteFunctions,
	registry: SubscriberRegistry,
	itemIndex: number,
): Promise<IDataObject> {
	const deleted = await registry.delete(givenSubscriberId(context, itemIndex));
	return { ...deleted, deleted: true };
}
