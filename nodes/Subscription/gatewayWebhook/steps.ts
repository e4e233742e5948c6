import type { IExecuteFunctions } from 'n8n-workflow';
import { itemError } from '../../shared/failedItem';
import { wordsOf, type FailedAt } from './failure';
import type { GatewayTarget, WebhookGateway } from './gateway';
import { readOrder, type GatewayOrder } from './order';
import { chosenTargets } from './targets';

/** One session of one item, and what to do there; or why that is not known. */
export type Step = FailedAt &
	({ readonly session: string; readonly order: GatewayOrder } | { readonly failure: string });

/**
 * Reads what is to be done at each session of each item, before anything is.
 *
 * @param secrets those of the credential, the current one first
 * @throws {NodeOperationError} where an item makes no sense, unless the node continues on fail
 */
export async function readSteps(
	context: IExecuteFunctions,
	gateway: WebhookGateway,
	secrets: readonly string[],
): Promise<Step[]> {
	let listed: Promise<GatewayTarget[]> | undefined;
	const list = async () => await (listed ??= gateway.list(context));
	const steps: Step[] = [];
	for (const itemIndex of context.getInputData().keys()) {
		try {
			const order = readOrder(context, itemIndex, gateway, secrets);
			const sessions = await chosenTargets(context, itemIndex, gateway, list);
			for (const session of sessions) steps.push({ itemIndex, session, order });
		} catch (error) {
			const message = wordsOf(error, gateway);
			// Nothing has been changed yet: what is wrong is told before anything is.
			if (!context.continueOnFail()) throw itemError(context, { message }, itemIndex);
			steps.push({ itemIndex, failure: message });
		}
	}
	return steps;
}
