import {
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';
import {
	disabledItems,
	notify,
	type OutputItem,
	UnreadableItemError,
} from '../../lib/deliver/notify';
import type { HealthChange } from '../../lib/subscriber/subscriber';
import { itemError, wordsOf } from '../shared/failedItem';
import { withDispatcher } from './sharedDispatcher';
import { readSettings } from './settings';
import { signingCredential } from './signingCredential';
import { openSubscribers, type SubscriberSource } from './subscribers';

/**
 * Delivers the events of all input items, and the deliveries among them that come back after their
 * wait.
 *
 * @returns one item for each delivery, on the output of its outcome: Delivered, Retry Later, Gave Up;
 * on Gave Up also the subscribers that cannot be read, and an event for each that was disabled
 */
export async function executeNotifier(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
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
	if (error instanceof NodeOperationError) return error;
	const itemIndex = error instanceof UnreadableItemError ? error.itemIndex : undefined;
	return itemError(context, wordsOf(error), itemIndex);
}

async function run(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const credential = await signingCredential(context);
	const settings = readSettings(context, credential.privateKey);
	const items = context.getInputData().map(({ json }) => json);
	let source: SubscriberSource | undefined;
	const load = async () => (source = await openSubscribers(context, credential));
	const { delivered, retryLater, gaveUp, unwanted, health } = await withDispatcher(
		context,
		settings,
		async (network) => await notify(items, load, { ...settings.notify, ...network }),
	);
	tellUnwanted(context, unwanted);
	const held = await saveHealth(context, source, health);
	const outputs = [delivered, retryLater, [...gaveUp, ...disabledItems(held)]];
	return outputs.map((output) => output.map(asItem));
}

function tellUnwanted(context: IExecuteFunctions, unwanted: readonly string[]): void {
	if (unwanted.length === 0) return;
	const types = [...new Set(unwanted)].slice(0, 5);
	context.addExecutionHints({
		message: `${unwanted.length} events were delivered to nobody, because no active subscriber wants ${types.join(', ')}.`,
		location: 'outputPane',
	});
}

/**
 * What was delivered must not be delivered again because the registry could not be written.
 *
 * @returns what held when it was written
 */
async function saveHealth(
	context: IExecuteFunctions,
	source: SubscriberSource | undefined,
	health: readonly HealthChange[],
): Promise<readonly HealthChange[]> {
	try {
		return (await source?.save(health)) ?? [];
	} catch (error) {
		const why = error instanceof Error ? error.message : String(error);
		context.logger.warn(`Webhook Notifier could not write to the registry: ${why}`);
		context.addExecutionHints({
			message: `The deliveries were made, but the state of the subscribers could not be saved in the registry: ${why}`,
			type: 'warning',
			location: 'outputPane',
		});
		return health;
	}
}

function asItem({ json, itemIndex }: OutputItem): INodeExecutionData {
	const own = json as IDataObject;
	return itemIndex === undefined ? { json: own } : { json: own, pairedItem: { item: itemIndex } };
}
