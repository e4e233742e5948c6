import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { selectsType } from '../../../../lib/event/pattern';
import type { SubscriberRegistry } from '../../../../lib/subscriber/registry';
import type { RegisteredSubscriber } from '../../../../lib/subscriber/subscriber';
import { subscriberJson } from '../subscriberJson';

/** The subscribers, oldest first, and behind them the rows of which none can be made. */
export async function getMany(
	context: IExecuteFunctions,
	registry: SubscriberRegistry,
	itemIndex: number,
): Promise<IDataObject[]> {
	const all = context.getNodeParameter('returnAll', itemIndex) === true;
	const limit = all ? Infinity : Number(context.getNodeParameter('limit', itemIndex));
	const filters = context.getNodeParameter('filters', itemIndex, {}) as IDataObject;
	const { badRows: shown = true } = context.getNodeParameter(
		'options',
		itemIndex,
		{},
	) as IDataObject;
	await registry.prepare();
	const { subscribers, badRows } = await registry.list();
	const found = subscribers.filter((subscriber) => fits(subscriber, filters)).slice(0, limit);
	if (badRows.length > 0 && itemIndex === 0) {
		const words = badRows.slice(0, 10).map(({ message }) => message);
		const more =
			badRows.length > words.length ? ` (and ${badRows.length - words.length} more)` : '';
		context.addExecutionHints({ message: `${words.join('. ')}${more}`, type: 'warning' });
	}
	return [...found, ...(shown === true ? badRows : [])].map(subscriberJson);
}

function fits(subscriber: RegisteredSubscriber, filters: IDataObject): boolean {
	const { active, failing, eventType, urlContains } = filters;
	if (active !== undefined && subscriber.active !== active) return false;
	if (failing !== undefined && (subscriber.failingSince !== undefined) !== failing) return false;
	if (isText(eventType) && !selectsType(subscriber.events, eventType.trim())) return false;
	return (
		!isText(urlContains) || subscriber.url.toLowerCase().includes(urlContains.trim().toLowerCase())
	);
}

function isText(value: unknown): value is string {
	return typeof value === 'string' && value.trim() !== '';
}
