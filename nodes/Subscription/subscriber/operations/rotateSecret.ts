import { NodeOperationError, type IDataObject, type IExecuteFunctions } from 'n8n-workflow';
import { createSigningSecret } from '../../../../lib/standardWebhooks/secret';
import type { Stored, SubscriberRegistry } from '../../../../lib/subscriber/registry';
import { BadRow } from '../../../../lib/subscriber/subscriber';
import type { SubscriberChange } from '../../../../lib/subscriber/rows';
import { replacedSecret } from '../replacedSecret';
import { givenSubscriberId } from '../subscriberId';
import { subscriberJson } from '../subscriberJson';

/** A year. */
const LONGEST_GRACE_HOURS = 8_760;

/** Columns whose problem a new secret solves. */
const OF_SECRETS: ReadonlySet<string> = new Set(['secret', 'previousSecret']);

/** Makes a new secret, in the output this once; the one before still signs for a while. */
export async function rotateSecret(
	context: IExecuteFunctions,
	registry: SubscriberRegistry,
	itemIndex: number,
): Promise<IDataObject> {
	const id = givenSubscriberId(context, itemIndex);
	const hours = Number(context.getNodeParameter('gracePeriod', itemIndex));
	if (!(hours >= 0 && hours <= LONGEST_GRACE_HOURS)) {
		throw new NodeOperationError(
			context.getNode(),
			`'Grace Period' is not a number of hours from 0 to ${LONGEST_GRACE_HOURS}`,
			{ itemIndex },
		);
	}
	const secret = createSigningSecret();
	const stored = await registry.update(id, (before) => changeOf(context, before, secret, hours));
	return { ...subscriberJson(stored), secret };
}

function changeOf(
	context: IExecuteFunctions,
	before: Stored,
	secret: string,
	hours: number,
): SubscriberChange {
	if (!(before instanceof BadRow)) return replacedSecret(before, secret, hours);
	if (OF_SECRETS.has(before.column)) return { secret, previousSecret: null };
	throw new NodeOperationError(context.getNode(), before.message, {
		description: "Correct the row in n8n under Data Tables, or with the operation 'Update'.",
	});
}
