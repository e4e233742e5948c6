import {
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';
import { UndeliverableError, disabledEvent, type BodyForm } from '../../lib/deliver/deliverable';
import { deliverAll } from '../../lib/deliver/run';
import { healthChanges } from '../../lib/deliver/health';
import { deliveryItem, notSentItem, type DeliveryItem } from '../../lib/deliver/notify';
import { planDeliveries, readIncoming, type Incoming, type Plan } from '../../lib/deliver/audience';
import { withDispatcher } from './sharedDispatcher';
import { readSettings, type NotifierSettings } from './settings';
import { signingCredential } from './signingCredential';
import { openSubscribers, type SubscriberSource } from './subscribers';
import { itemError, wordsOf } from '../shared/failedItem';
import { chosenSubscribers } from './chosenSubscribers';

/** Items of the three outputs: Delivered, Retry Later, Gave Up. */
type Outputs = [INodeExecutionData[], INodeExecutionData[], INodeExecutionData[]];

const PLACE = { delivered: 0, retryLater: 1, gaveUp: 2 } as const;

/**
 * Delivers the events of all input items, and the deliveries among them that come back after their
 * wait.
 *
 * @returns one item for each delivery, on the output of its outcome; on Gave Up also the subscribers
 * that cannot be read, and an event for each that was disabled
 */
export async function notify(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	try {
		return await run(context);
	} catch (error) {
		// n8n would put the input on the first output, as if it had been delivered.
		if (!context.continueOnFail()) throw stopping(context, error);
		const { message, description } = wordsOf(error);
		const told = { outcome: 'gaveUp', reason: 'not_attempted', message, description };
		const items = context.getInputData();
		return [
			[],
			[],
			items.map(({ json }, item) => ({ json: { ...told, item: json }, pairedItem: { item } })),
		];
	}
}

/** What a part of the node has put into words for n8n stays as it is. */
function stopping(context: IExecuteFunctions, error: unknown): NodeOperationError {
	return error instanceof NodeOperationError ? error : itemError(context, wordsOf(error));
}

async function run(context: IExecuteFunctions): Promise<Outputs> {
	const credential = await signingCredential(context);
	const settings = readSettings(context, credential.privateKey);
	const outputs: Outputs = [[], [], []];
	const incoming = readItems(context, settings, outputs);
	const source = await openSubscribers(context, credential);
	const plan = planDeliveries(incoming, (itemIndex) => source.of(itemIndex), {
		form: context.getNodeParameter('body', 0) as BodyForm,
		chosen: chosenSubscribers(context),
	});
	addNotSent(context, plan, source, outputs);
	await deliver(context, settings, plan, source, outputs);
	return outputs;
}

function readItems(
	context: IExecuteFunctions,
	{ source }: NotifierSettings,
	outputs: Outputs,
): Incoming[] {
	const time = new Date();
	const run = context.getExecutionId();
	return context.getInputData().flatMap(({ json }, itemIndex) => {
		try {
			return [readIncoming(json, itemIndex, { id: `${run}/${itemIndex}`, source, time })];
		} catch (error) {
			const failure = unreadable(context, error, itemIndex);
			if (!context.continueOnFail()) throw failure;
			const { message, description } = failure;
			const told = { outcome: 'gaveUp', reason: 'event_unreadable', message, description };
			outputs[2].push({ json: { ...told, item: json }, pairedItem: { item: itemIndex } });
			return [];
		}
	});
}

function unreadable(context: IExecuteFunctions, error: unknown, itemIndex: number) {
	const message = error instanceof UndeliverableError ? error.message : 'The item cannot be read';
	return new NodeOperationError(context.getNode(), `${message} [item ${itemIndex}]`, {
		itemIndex,
		description:
			"Give an event of one of this package's triggers, a CloudEvent, or an object with 'type' and 'data'.",
	});
}

/** Nothing is left out in silence. */
function addNotSent(
	context: IExecuteFunctions,
	{ notSent }: Plan,
	{ unreadable: entries }: SubscriberSource,
	outputs: Outputs,
): void {
	const unwanted = notSent.filter(({ reason }) => reason === 'no_subscriber');
	for (const one of notSent) {
		if (one.reason !== 'no_subscriber') outputs[2].push(asItem(notSentItem(one), one.itemIndex));
	}
	for (const { id, message } of entries) {
		const whose = id === undefined ? {} : { subscriberId: id };
		const json = { outcome: 'gaveUp', reason: 'subscriber_unreadable', ...whose, message };
		outputs[2].push({ json });
	}
	if (unwanted.length === 0) return;
	const types = [...new Set(unwanted.map(({ event }) => String(event.type)))].slice(0, 5);
	context.addExecutionHints({
		message: `${unwanted.length} events were delivered to nobody: no active subscriber wants ${types.join(', ')}.`,
		location: 'outputPane',
	});
}

async function deliver(
	context: IExecuteFunctions,
	settings: NotifierSettings,
	{ planned }: Plan,
	source: SubscriberSource,
	outputs: Outputs,
): Promise<void> {
	if (planned.length === 0) return;
	const deliveries = planned.map(({ delivery }) => delivery);
	const results = await withDispatcher(
		context,
		settings,
		async (network) => await deliverAll(deliveries, { ...settings.deliver, ...network }),
	);
	const now = new Date();
	for (const [index, one] of planned.entries()) {
		const result = results[index];
		if (result === undefined) continue;
		outputs[PLACE[result.outcome]].push(asItem(deliveryItem(one, result, now), one.itemIndex));
	}
	const changes = healthChanges(deliveries, results, now, settings.failingLimitMs);
	for (const { subscriber, disable } of changes) {
		if (disable === undefined) continue;
		outputs[2].push({ json: { ...disabledEvent(subscriber, disable, now) } as IDataObject });
	}
	await saveHealth(context, async () => await source.save(changes));
}

/** What was delivered must not be delivered again because the registry could not be written. */
async function saveHealth(context: IExecuteFunctions, save: () => Promise<void>): Promise<void> {
	try {
		await save();
	} catch (error) {
		const why = error instanceof Error ? error.message : String(error);
		context.logger.warn(`Webhook Notifier could not write to the registry: ${why}`);
		context.addExecutionHints({
			message: `The deliveries were made, but what they told of the subscribers could not be written to the registry: ${why}`,
			type: 'warning',
			location: 'outputPane',
		});
	}
}

function asItem(item: DeliveryItem, itemIndex: number): INodeExecutionData {
	return { json: { ...item } as IDataObject, pairedItem: { item: itemIndex } };
}
