import { randomUUID } from 'node:crypto';
import type { IExecuteFunctions } from 'n8n-workflow';
import { Problem } from '../../../lib/subscriber/problem';
import { usable } from './usable';

/** Such as `sub_0c1f…`: nothing that can be guessed. */
export function createSubscriberId(): string {
	return `sub_${randomUUID().replaceAll('-', '')}`;
}

/** The parameter 'Subscriber ID' of an operation on one that exists. */
export function givenSubscriberId(context: IExecuteFunctions, itemIndex: number): string {
	const id = String(context.getNodeParameter('subscriberId', itemIndex) ?? '').trim();
	const empty = new Problem("is empty; 'Get Many' shows the IDs that there are");
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
	return /^row_\d+$/.test(id) ? new Problem('must not be row_ and a number') : undefined;
}
