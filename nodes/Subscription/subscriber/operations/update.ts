import { NodeOperationError, type IDataObject, type IExecuteFunctions } from 'n8n-workflow';
import type { SubscriberRegistry } from '../../../../lib/subscriber/registry';
import { checkAddress } from '../checkAddress';
import { readChange } from '../readChange';
import { givenSubscriberId } from '../subscriberId';
import { subscriberJson } from '../subscriberJson';

/** Changes what is filled in; also of a row that cannot be used as it is. */
export async function update(
	context: IExecuteFunctions,
	registry: SubscriberRegistry,
	itemIndex: number,
): Promise<IDataObject> {
	const id = givenSubscriberId(context, itemIndex);
	const fields = context.getNodeParameter('updateFields', itemIndex, {}) as IDataObject;
	const change = readChange(context, itemIndex, fields);
	if (Object.keys(change).length === 0) {
		throw new NodeOperationError(context.getNode(), "'Update Fields' is empty", {
			itemIndex,
			description: 'Add what is to be changed.',
		});
	}
	const { url } = change;
	if (typeof url === 'string') {
		await checkAddress(context, itemIndex, url, `Subscriber '${id}' was not changed`);
	}
	return subscriberJson(await registry.update(id, () => change));
}
