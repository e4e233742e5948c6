import {
	NodeOperationError,
	type IExecuteFunctions,
	type INodeExecutionData,
	type IWebhookResponseData,
} from 'n8n-workflow';
import { fieldOf } from '../../../lib/event/json';
import type { TurnedAway } from './turnedAway';

/** Field of an item that no event has: an envelope is made of fixed fields only. */
const MARK = 'refusedTestDelivery';

/**
 * Lets a test delivery that was turned away start the test's execution, so that whoever listens in the
 * editor sees why. `execute()` ends it, see {@link assertNoRefusedTest}.
 */
export function refusedTest({ reason, what, whatToDo }: TurnedAway): IWebhookResponseData {
	const message = `The delivery was refused (${reason}): ${what}`;
	const description = `If it is genuine: ${whatToDo}. The sender got the reason ${reason}, and no node after this one has run. Listen again for the next delivery.`;
	return {
		noWebhookResponse: true,
		workflowData: [[{ json: { [MARK]: { message, description } } }]],
	};
}

/** @throws {NodeOperationError} that says why, where a test delivery was turned away */
export function assertNoRefusedTest(
	context: IExecuteFunctions,
	items: readonly INodeExecutionData[],
): void {
	const refused = items.find(({ json }) => MARK in json)?.json;
	if (refused === undefined) return;
	throw new NodeOperationError(context.getNode(), String(fieldOf(refused, MARK, 'message')), {
		description: String(fieldOf(refused, MARK, 'description')),
		level: 'warning',
	});
}
