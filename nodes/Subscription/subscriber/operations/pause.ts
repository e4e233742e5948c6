import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import type { SubscriberRegistry } from '../../../../lib/subscriber/registry';
import { givenSubscriberId } from '../subscriberId';
import { subscriberJson } from '../subscriberJson';

/** Nothing more is delivered. */
export async function pause(
	context: IExecuteFunctions,
	registry: SubscriberRegistry,
	itemIndex: number,
): Promise<IDataObject> {
	const id = givenSubscriberId(context, itemIndex);
	return subscriberJson(await registry.update(id, () => ({ active: false })));
}
