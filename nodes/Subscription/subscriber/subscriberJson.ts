import { randomUUID } from 'node:crypto';
import { type IDataObject, type IExecuteFunctions, NodeOperationError } from 'n8n-workflow';
import { Problem } from '../../../lib/subscriber/problem';
import type { Stored } from '../../../lib/subscriber/registry';
import { BadRow, type RegisteredSubscriber } from '../../../lib/subscriber/subscriber';

/**
 * A subscriber as the node puts it out: no secret, and of headers, which may hold one, the names. A
 * row of which none can be made is `{rowId, id, problem: {column, message}}`.
 */
export function subscriberJson(stored: Stored): IDataObject {
	if (stored instanceof BadRow) {
		const { rowId, id, column, message } = stored;
		return { rowId, id, problem: { column, message } };
	}
	return subscriberFields(stored);
}

/** The JSON of a subscriber's item. */
export type SubscriberFields = ReturnType<typeof subscriberFields>;

function subscriberFields(stored: RegisteredSubscriber) {
	return {
		rowId: stored.rowId,
		id: stored.id,
		url: stored.url,
		events: [...stored.events],
		active: stored.active,
		disabledReason: stored.disabledReason ?? null,
		failingSince: stored.failingSince?.toISOString() ?? null,
		rateLimit: stored.rateLimit ?? null,
		...(stored.contentType === undefined ? {} : { contentType: stored.contentType }),
		filter: stored.filter === undefined ? null : ({ ...stored.filter } as IDataObject),
		headerNames: Object.keys(stored.headers),
		hasSecret: stored.secret !== undefined,
		previousSecretUntil: stored.previousSecret?.until.toISOString() ?? null,
		createdAt: stored.createdAt.toISOString(),
		updatedAt: stored.updatedAt.toISOString(),
	};
}

/** Such as `sub_0c1f…`: nothing that can be guessed. */
export function createSubscriberId(): string {
	return `sub_${randomUUID().replaceAll('-', '')}`;
}

/** The parameter 'Subscriber ID' of an operation on one that exists. */
export function givenSubscriberId(context: IExecuteFunctions, itemIndex: number): string {
	const id = String(context.getNodeParameter('subscriberId', itemIndex) ?? '').trim();
	const empty = new Problem("is empty; use 'Get Many' to find the ID");
	return usable(context, itemIndex, 'Subscriber ID', id === '' ? empty : id);
}

/**
 * An id that a user gives to a new subscriber.
 *
 * @throws {NodeOperationError} where it cannot be one
 */
export function newSubscriberId(
	context: IExecuteFunctions,
	itemIndex: number,
	value: unknown,
): string {
	const id = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
	return usable(context, itemIndex, 'Subscriber ID', whyNot(id) ?? id);
}

function whyNot(id: string): Problem | undefined {
	if (!/^[\w.:@~-]{1,100}$/.test(id)) {
		return new Problem('must have 1 to 100 letters, digits or _ . : @ ~ -; correct it');
	}
	// Rows that a person added without an ID go by this name.
	return /^row_\d+$/.test(id) ? new Problem('must not be row_ followed by a number') : undefined;
}

/**
 * A value that can be used.
 *
 * @param label of the parameter, as the user sees it
 * @throws {NodeOperationError} that says what is wrong with it
 */
export function usable<T>(
	context: IExecuteFunctions,
	itemIndex: number,
	label: string,
	value: T | Problem,
): T {
	if (!(value instanceof Problem)) return value;
	const [what = '', ...todo] = value.text.split('; ');
	const advice = todo.join('; ');
	throw new NodeOperationError(context.getNode(), `'${label}' ${what}`, {
		itemIndex,
		description: advice === '' ? undefined : `${advice[0]?.toUpperCase()}${advice.slice(1)}.`,
	});
}
