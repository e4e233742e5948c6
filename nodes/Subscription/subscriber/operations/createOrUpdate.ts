import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import type { Stored, SubscriberRegistry } from '../../../../lib/subscriber/registry';
import { BadRow } from '../../../../lib/subscriber/subscriber';
import type { SubscriberChange } from '../../../../lib/subscriber/rows';
import { newSubscriberId } from '../subscriberId';
import { subscriberJson } from '../subscriberJson';
import { replacedSecret } from '../replacedSecret';
import { add, readWanted, type WantedSubscriber } from './create';

/** Hours in which the secret before still signs where the user brings another one. */
const GRACE_HOURS = 24;

/**
 * Adds a subscriber, or changes the one that has the same id or address: what is filled in is as
 * filled in afterwards. Whether it is active, and its secret, stay unless they are filled in.
 */
export async function createOrUpdate(
	context: IExecuteFunctions,
	registry: SubscriberRegistry,
	itemIndex: number,
): Promise<IDataObject> {
	const byId = context.getNodeParameter('matchBy', itemIndex) === 'id';
	const id = byId
		? newSubscriberId(context, itemIndex, context.getNodeParameter('subscriberId', itemIndex))
		: undefined;
	const wanted = await readWanted(context, itemIndex, id);
	const unique = id === undefined ? { url: wanted.content.url } : { id };
	const { stored, created, json } = await add(registry, wanted, unique);
	if (created) return { ...json, created };
	const updated = await registry.update(stored.id, (before) => changeOf(before, wanted));
	return { ...subscriberJson(updated), created };
}

function changeOf(before: Stored, { content, secret }: WantedSubscriber): SubscriberChange {
	if (secret === undefined) return content;
	if (before instanceof BadRow) return { ...content, secret, previousSecret: null };
	return { ...content, ...replacedSecret(before, secret, GRACE_HOURS) };
}
