import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { UnansweredLimit } from '../../../lib/net/retry';
import { inLanes } from '../../../lib/flow/order';
import { itemError } from '../../shared/failedItem';
import { ProviderError } from '../../shared/providerApi/providerError';
import { carryOut } from './carryOut';
import { failedAt, wordsOf } from './failure';
import type { WebhookGateway } from './gateway';
import { CONCURRENCY, MOST_CONCURRENCY } from './options';
import type { Step } from './steps';

/** A gateway that fails so often in a row is not asked any more. */
const MOST_OUTAGES = 3;

/**
 * Carries out all steps, a few at a time, until one fails or the execution is cancelled; with
 * Continue on Fail, each failure becomes an item.
 *
 * @returns one item for each step, in order
 * @throws {NodeOperationError} for the first that failed
 */
export async function runSteps(
	context: IExecuteFunctions,
	gateway: WebhookGateway,
	steps: readonly Step[],
): Promise<INodeExecutionData[]> {
	const signal = context.getExecutionCancelSignal();
	const limit = new UnansweredLimit(
		MOST_OUTAGES,
		(error) => error instanceof ProviderError && error.isOutage,
	);
	let hasFailed = false;
	const tasks = steps.map((step) => ({
		// Two changes of one session at the same time would each undo the other.
		lane: step.session ?? '',
		run: async (): Promise<INodeExecutionData> => {
			const done = runStep(context, gateway, step, limit);
			done.catch(() => {
				hasFailed = true;
			});
			return await done;
		},
	}));
	const goesOn = context.continueOnFail();
	const mayStart = () => signal?.aborted !== true && (goesOn || !hasFailed);
	const outcomes = await inLanes(tasks, { most: readConcurrency(context), mayStart });
	const output: INodeExecutionData[] = [];
	for (const [index, outcome] of outcomes.entries()) {
		const step = steps[index];
		if (outcome === undefined || step === undefined) continue;
		if (outcome.status === 'fulfilled') {
			output.push(outcome.value);
			continue;
		}
		const message = wordsOf(outcome.reason, gateway);
		if (!goesOn) {
			const done = outcomes.filter((one) => one?.status === 'fulfilled').length;
			const description = `${done} of ${steps.length} ${gateway.slotName}s were done. Run it again for all of them: what is done already stays as it is. With 'On Error' set to continue, one that fails does not keep the others.`;
			throw itemError(context, { message, description }, step.itemIndex);
		}
		output.push(failedAt(step, message, gateway));
	}
	return output;
}

async function runStep(
	context: IExecuteFunctions,
	gateway: WebhookGateway,
	step: Step,
	limit: UnansweredLimit,
): Promise<INodeExecutionData> {
	if ('failure' in step) throw new Error(step.failure);
	const { itemIndex, session, order } = step;
	const name = `${gateway.slotName} ${session}`;
	if (limit.isReached) {
		throw new Error(
			`${gateway.label} was not asked about ${name}: it failed ${MOST_OUTAGES} times in a row before. Run this again when it works.`,
		);
	}
	const events = order.operation === 'register' ? order.events : undefined;
	const api = gateway.api(context, session, events);
	const told = await limit.call(async () => await carryOut(api, order, name));
	const json = { operation: order.operation, gateway: gateway.id, session, ...told };
	return { json, pairedItem: { item: itemIndex } };
}

function readConcurrency(context: IExecuteFunctions): number {
	const wanted = Number(context.getNodeParameter('options.concurrency', 0, CONCURRENCY));
	return Number.isFinite(wanted) ? Math.min(Math.max(1, wanted), MOST_CONCURRENCY) : CONCURRENCY;
}
