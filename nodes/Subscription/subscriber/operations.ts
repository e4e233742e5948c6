import { NodeOperationError, type IDataObject, type IExecuteFunctions } from 'n8n-workflow';
import type { DeliveryResult } from '../../../lib/deliver/delivery';
import { selectsType } from '../../../lib/event/pattern';
import { createSigningSecret, isSigningSecret } from '../../../lib/standardWebhooks/secret';
import { Problem } from '../../../lib/subscriber/problem';
import type { RowKey, SubscriberRegistry, Stored } from '../../../lib/subscriber/registry';
import type { SubscriberChange } from '../../../lib/subscriber/rows';
import { BadRow, type RegisteredSubscriber } from '../../../lib/subscriber/subscriber';
import { readFilterText, readLimit, wrongFilter } from '../../shared/options';
import { checkAddress, deliverOnce, createTestEvent } from './deliverOnce';
import { readChange, replacedSecret, RESUMED } from './readChange';
import {
	createSubscriberId,
	newSubscriberId,
	subscriberJson,
	usable,
	givenSubscriberId,
} from './subscriberJson';

/** What the user wants to be stored. */
interface WantedSubscriber {
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
	throw new NodeOperationError(context.getNode(), `The subscriber '${id}' already exists`, {
		itemIndex,
		description: "Use another 'Subscriber ID', or the operation 'Create or Update'.",
	});
}

/** Reads and checks what is to be stored. */
async function readWanted(
	context: IExecuteFunctions,
	itemIndex: number,
	id: string | undefined,
): Promise<WantedSubscriber> {
	const fields = additionalFields(context, itemIndex);
	const content = readChange(context, itemIndex, {
		...fields,
		// An expression that fails gives nothing, which would leave the row without one.
		url: context.getNodeParameter('url', itemIndex) ?? '',
		events: (context.getNodeParameter('events', itemIndex) ?? '') as IDataObject['events'],
	});
	const url = content.url ?? '';
	const secret = typeof fields.secret === 'string' ? fields.secret.trim() : '';
	const wrong = new Problem(
		'is not whsec_ followed by 24 to 64 bytes in base64; leave it empty to generate one',
	);
	usable(context, itemIndex, 'Secret', secret === '' || isSigningSecret(secret) ? secret : wrong);
	await checkAddress(context, itemIndex, url, 'The subscriber was not saved');
	return { id, content: { ...content, url }, secret: secret === '' ? undefined : secret };
}

/** Adds it, unless there is one that has what `unique` names. */
async function add(
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
			description: 'Add the fields to change.',
		});
	}
	const { url } = change;
	if (typeof url === 'string') {
		await checkAddress(context, itemIndex, url, `Subscriber '${id}' was not changed`);
	}
	return subscriberJson(await registry.update(id, () => change));
}

export async function get(
	context: IExecuteFunctions,
	registry: SubscriberRegistry,
	itemIndex: number,
): Promise<IDataObject> {
	return subscriberJson(await subscriberOf(context, registry, itemIndex));
}

/**
 * The subscriber that 'Subscriber ID' names.
 *
 * @throws {NodeOperationError} where its row cannot be used
 */
async function subscriberOf(
	context: IExecuteFunctions,
	registry: SubscriberRegistry,
	itemIndex: number,
): Promise<RegisteredSubscriber> {
	const stored = await registry.get(givenSubscriberId(context, itemIndex));
	if (!(stored instanceof BadRow)) return stored;
	throw new NodeOperationError(context.getNode(), stored.message, {
		itemIndex,
		description: "Correct the row in n8n under Data Tables, or with the operation 'Update'.",
	});
}

/** The subscribers, oldest first, and behind them the rows of which none can be made. */
export async function getMany(
	context: IExecuteFunctions,
	registry: SubscriberRegistry,
	itemIndex: number,
): Promise<IDataObject[]> {
	const limit = readLimit(context, itemIndex);
	const filters = context.getNodeParameter('filters', itemIndex, {}) as IDataObject;
	const { badRows: shown = true } = context.getNodeParameter(
		'options',
		itemIndex,
		{},
	) as IDataObject;
	const fits = readFilters(context, itemIndex, filters);
	await registry.prepare();
	const { subscribers, badRows } = await registry.list();
	const found = subscribers.filter(fits).slice(0, limit);
	if (badRows.length > 0 && itemIndex === 0) {
		const words = badRows.slice(0, 10).map(({ message }) => message);
		const more =
			badRows.length > words.length ? ` (and ${badRows.length - words.length} more)` : '';
		context.addExecutionHints({ message: `${words.join('. ')}${more}`, type: 'warning' });
	}
	return [...found, ...(shown === true ? badRows : [])].map(subscriberJson);
}

/**
 * The filters of Get Many. One that an expression leaves empty filters nothing.
 *
 * @throws {NodeOperationError} that names the filter that cannot be read
 */
function readFilters(
	context: IExecuteFunctions,
	itemIndex: number,
	filters: IDataObject,
): (subscriber: RegisteredSubscriber) => boolean {
	const active = isOn('Active', filters.active);
	const failing = isOn('Failing', filters.failing);
	const eventType = text('Event Type', filters.eventType);
	const urlContains = text('URL Contains', filters.urlContains).toLowerCase();
	return (subscriber) =>
		(active ?? subscriber.active) === subscriber.active &&
		(failing === undefined || (subscriber.failingSince !== undefined) === failing) &&
		(eventType === '' || selectsType(subscriber.events, eventType)) &&
		subscriber.url.toLowerCase().includes(urlContains);

	function isOn(label: string, value: unknown): boolean | undefined {
		if (value === undefined || value === null || value === '') return undefined;
		if (typeof value === 'boolean') return value;
		throw wrongFilter(context, label, 'true or false', itemIndex);
	}

	function text(label: string, value: unknown): string {
		return readFilterText(context, label, value, itemIndex)?.trim() ?? '';
	}
}

/** Nothing more is delivered. */
export async function pause(
	context: IExecuteFunctions,
	registry: SubscriberRegistry,
	itemIndex: number,
): Promise<IDataObject> {
	const id = givenSubscriberId(context, itemIndex);
	return subscriberJson(await registry.update(id, () => ({ active: false })));
}

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

export async function remove(
	context: IExecuteFunctions,
	registry: SubscriberRegistry,
	itemIndex: number,
): Promise<IDataObject> {
	const deleted = await registry.delete(givenSubscriberId(context, itemIndex));
	return { ...deleted, deleted: true };
}

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
	const stored = await registry.update(id, (before) =>
		rotatedChange(context, before, secret, hours),
	);
	return { ...subscriberJson(stored), secret };
}

function rotatedChange(
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

/**
 * Delivers a signed event of type `webhook.test` now, once, whatever the subscriber wants and whether
 * it is active or not. That it was not taken is a result, not an error.
 */
export async function sendTestEvent(
	context: IExecuteFunctions,
	registry: SubscriberRegistry,
	itemIndex: number,
): Promise<IDataObject> {
	const subscriber = await subscriberOf(context, registry, itemIndex);
	const event = createTestEvent(context, subscriber.id);
	const { webhookId, result } = await deliverOnce(context, itemIndex, subscriber, event);
	const { id, url } = subscriber;
	return { ...testFields(id, url, webhookId, result), event };
}

/** What the item of a test event tells, beside the event itself. */
export type TestFields = ReturnType<typeof testFields>;

const testFields = (id: string, url: string, webhookId: string, result: DeliveryResult) => ({
	id,
	url,
	webhookId,
	...testJson(result),
});

function testJson({ outcome, reason, message, response }: DeliveryResult) {
	return {
		delivered: outcome === 'delivered',
		status: response?.status ?? null,
		durationMs: response?.durationMs ?? null,
		responseBody: response?.body ?? null,
		responseTruncated: response?.truncated ?? false,
		...(outcome === 'delivered' ? {} : { reason: reason ?? null, message: message ?? null }),
	};
}
