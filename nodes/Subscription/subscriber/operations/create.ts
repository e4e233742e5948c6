import { NodeOperationError, type IDataObject, type IExecuteFunctions } from 'n8n-workflow';
import { createSigningSecret, isSigningSecret } from '../../../../lib/standardWebhooks/secret';
import { Problem } from '../../../../lib/subscriber/problem';
import type { RowKey, SubscriberRegistry } from '../../../../lib/subscriber/registry';
import type { SubscriberChange } from '../../../../lib/subscriber/rows';
import { checkAddress } from '../checkAddress';
import { readChange } from '../readChange';
import { createSubscriberId, newSubscriberId } from '../subscriberId';
import { subscriberJson } from '../subscriberJson';
import { usable } from '../usable';

/** What the user wants to be stored. */
export interface WantedSubscriber {
	/** As the user gave it; undefined: one is made. */
	readonly id: string | undefined;
	readonly content: SubscriberChange & { readonly url: string };
	/** The user's own; undefined: one is made. */
	readonly secret: string | undefined;
}

/** Adds a subscriber; its secret is in the output, this once. */
export async function create(
	context: IExecuteFunctions,
	registry: SubscriberRegistry,
	itemIndex: number,
): Promise<IDataObject> {
	const { subscriberId } = additionalFields(context, itemIndex);
	const given = subscriberId === undefined || subscriberId === '' ? undefined : subscriberId;
	const id = given === undefined ? undefined : newSubscriberId(context, itemIndex, given);
	const wanted = await readWanted(context, itemIndex, id);
	const { json, created } = await add(registry, wanted, id === undefined ? undefined : { id });
	if (created) return json;
	throw new NodeOperationError(context.getNode(), `There is a subscriber '${id}' already`, {
		itemIndex,
		description: "Give another 'Subscriber ID', or use the operation 'Create or Update'.",
	});
}

/** Reads and checks what is to be stored. */
export async function readWanted(
	context: IExecuteFunctions,
	itemIndex: number,
	id: string | undefined,
): Promise<WantedSubscriber> {
	const fields = additionalFields(context, itemIndex);
	const content = readChange(context, itemIndex, {
		...fields,
		url: context.getNodeParameter('url', itemIndex),
		events: context.getNodeParameter('events', itemIndex) as IDataObject['events'],
	});
	const url = content.url ?? '';
	const secret = typeof fields.secret === 'string' ? fields.secret.trim() : '';
	const wrong = new Problem(
		'is not whsec_ followed by 24 to 64 bytes in base64; leave it out, and one is made',
	);
	usable(context, itemIndex, 'Secret', secret === '' || isSigningSecret(secret) ? secret : wrong);
	await checkAddress(context, itemIndex, url, 'The subscriber was not saved');
	return { id, content: { ...content, url }, secret: secret === '' ? undefined : secret };
}

/** Adds it, unless there is one that has what `unique` names. */
export async function add(
	registry: SubscriberRegistry,
	{ id = createSubscriberId(), content, secret = createSigningSecret() }: WantedSubscriber,
	unique: RowKey | undefined,
) {
	const complete = { active: true, ...content, secret };
	const { stored, created } = await registry.add(id, complete, unique);
	return { stored, created, json: { ...subscriberJson(stored), ...(created ? { secret } : {}) } };
}

function additionalFields(context: IExecuteFunctions, itemIndex: number): IDataObject {
	return context.getNodeParameter('additionalFields', itemIndex, {}) as IDataObject;
}
