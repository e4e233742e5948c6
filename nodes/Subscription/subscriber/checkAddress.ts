import { NodeOperationError, type IDataObject, type IExecuteFunctions } from 'n8n-workflow';
import type { AddressGuard } from '../../../lib/net/guard/addressGuard';
import { addressGuardOf, readAddressGuardSettings } from '../../shared/egress/addressGuard';

/** Refusals that an option of this node can take back; the Notifier asks again, with its own. */
const BY_OPTION: ReadonlySet<string> = new Set(['not_https', 'not_public']);

/** The guard, by the options of the node. */
export function guardOf(context: IExecuteFunctions, itemIndex: number): AddressGuard {
	const options = context.getNodeParameter('options', itemIndex, {}) as IDataObject;
	return addressGuardOf(context, readAddressGuardSettings(options));
}

/**
 * Asks the guard whether n8n may call an address.
 *
 * @param done what is not done where it may not, such as `The subscriber was not saved`
 * @throws {NodeOperationError} that says why not
 */
export async function checkAddress(
	context: IExecuteFunctions,
	itemIndex: number,
	url: string,
	done: string,
): Promise<void> {
	const refusal = await guardOf(context, itemIndex).check(url);
	if (refusal === undefined) return;
	const description = BY_OPTION.has(refusal.reason)
		? "What is allowed here must be allowed in the options of the node 'Webhook Notifier' too: it asks again for each delivery."
		: undefined;
	throw new NodeOperationError(context.getNode(), `${done}: ${refusal.message}`, {
		itemIndex,
		description,
	});
}
