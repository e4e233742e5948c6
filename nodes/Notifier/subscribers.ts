import { NodeOperationError, type IExecuteFunctions } from 'n8n-workflow';
import type { Subscribers } from '../../lib/deliver/notify';
import { readListedSubscribers, type UnreadableSubscriber } from '../../lib/subscriber/listed';
import {
	type HealthChange,
	type SharedSecrets,
	type Subscriber,
	withSharedSecrets,
} from '../../lib/subscriber/subscriber';
import { listRegistered, withRegistry } from '../shared/n8nApi/subscriberRegistry';

/** The subscribers that 'Subscribers From' names, and where to keep how they fare. */
export interface SubscriberSource extends Subscribers {
	/**
	 * Keeps what deliveries told, where there is a place for it.
	 *
	 * @returns what of it still held
	 */
	save(changes: readonly HealthChange[]): Promise<readonly HealthChange[]>;
}

/**
 * Reads the subscribers once for the whole run.
 *
 * @throws {NodeOperationError} where there is no registry, or no list
 */
export async function openSubscribers(
	context: IExecuteFunctions,
	credential: SharedSecrets,
): Promise<SubscriberSource> {
	return context.getNodeParameter('subscribersFrom', 0) === 'list'
		? listed(context, credential)
		: await registered(context, credential);
}

async function registered(
	context: IExecuteFunctions,
	shared: SharedSecrets,
): Promise<SubscriberSource> {
	const { subscribers, badRows } = await listRegistered(context);
	const rows = new Map(subscribers.map((subscriber) => [subscriber.id, subscriber]));
	// A row that somebody wrote by hand may have no secret: then the credential signs.
	const all = subscribers.map((subscriber) => withSharedSecrets(subscriber, shared));
	return {
		of: () => all,
		unreadable: badRows
			.filter(({ active }) => active)
			.map(({ id, message }) => ({ ...(id === '' ? {} : { id }), message })),
		save: async (changes) => {
			const byRow = changes.flatMap((change) => {
				const subscriber = rows.get(change.subscriber.id);
				return subscriber === undefined ? [] : [{ ...change, subscriber }];
			});
			if (byRow.length === 0) return [];
			return await withRegistry(context, async (registry) => await registry.applyHealth(byRow));
		},
	};
}

/** The list is evaluated for each item, since an expression may take it from there. */
function listed(context: IExecuteFunctions, shared: SharedSecrets): SubscriberSource {
	const lists: Array<readonly Subscriber[]> = [];
	const known = new Map<string, readonly Subscriber[]>();
	const unreadable = new Map<string, UnreadableSubscriber>();
	for (const itemIndex of context.getInputData().keys()) {
		const list: unknown = context.getNodeParameter('subscribers', itemIndex, undefined);
		// Most often it is the same for all items: then each subscriber is read, and its keys are, once.
		const text = JSON.stringify(list) ?? '';
		const subscribers = known.get(text) ?? readList(context, list, itemIndex, shared, unreadable);
		known.set(text, subscribers);
		lists.push(subscribers);
	}
	return {
		of: (itemIndex) => lists[itemIndex] ?? [],
		unreadable: [...unreadable.values()],
		// A list has no place to keep it; who is disabled comes out as an event.
		save: async (changes) => changes,
	};
}

function readList(
	context: IExecuteFunctions,
	list: unknown,
	itemIndex: number,
	shared: SharedSecrets,
	unreadable: Map<string, UnreadableSubscriber>,
): readonly Subscriber[] {
	const read = readListedSubscribers(list, shared);
	if (read === undefined) {
		throw new NodeOperationError(context.getNode(), "'Subscribers' is not a list of subscribers", {
			itemIndex,
			description:
				"Enter a list of objects with at least 'url', such as ={{ $('Subscribers').all().map((item) => item.json) }}. Deliveries that come back after their wait need it too.",
		});
	}
	for (const entry of read.unreadable) unreadable.set(entry.message, entry);
	return read.subscribers;
}
