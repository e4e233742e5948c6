import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import type { SubscriberRegistry } from '../../../../lib/subscriber/registry';
import { checkAddress } from '../checkAddress';
import { RESUMED } from '../readChange';
import { subscriberJson } from '../subscriberJson';
import { subscriberOf } from './get';

/** Delivers again, after a pause or after the package itself stopped. */
export async function resume(
	context: IExecuteFunctions,
	registry: SubscriberRegistry,
	itemIndex: number,
): Promise<IDataObject> {
	const { id, url } = await subscriberOf(context, registry, itemIndex);
	await checkAddress(context, itemIndex, url, `Subscriber '${id}' was not resumed`);
	return subscriberJson(await registry.update(id, () => RESUMED));
}
