import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { readPatterns } from '../../../lib/event/pattern';
import { connectionKey } from '../../../lib/net/pool';
import {
	findInterrupted,
	findPassedElsewhere,
	PassedMemory,
} from '../../../lib/replay/passedElsewhere';
import { listExecutionsSince } from '../../../lib/replay/listExecutions';
import { packageWorkflows, retryInterrupted, type Recovered } from '../../../lib/replay/recover';
import { isQueueMode } from '../../../lib/cluster/n8nRedis';
import { workClaims } from '../../shared/cluster/n8nsRedis';
import { upSince } from '../readFilters';
import { orFailedItems } from '../../shared/failedItem';
import { readNumberOption } from '../../shared/options';
import { addressOf, withOwnN8nApi } from '../../shared/n8nApi/n8nEventStore';
import { withGivenRedis, type GivenRedis } from './givenRedis';
import { recoverLost } from './lostInQueue';
import { listKept } from './outboxes';
import { RECOVER_OPTIONS } from './properties';

const HOUR_MS = 3_600_000;

/** Ten years: n8n has existed for no longer. */
const MOST_HOURS = 87_600;

const NUMBERS = {
	concurrency: { label: 'Concurrency', fallback: 5, least: 1, most: 20 },
	mostCrashes: { label: 'Max Crashes', fallback: 3, least: 1, most: 100 },
	startedWithin: {
		label: 'Started Within (Hours)',
		fallback: 24,
		least: 0.1,
		most: MOST_HOURS,
	},
} as const;

/** Of this process. */
const passedMemory = new PassedMemory();

/**
 * Lets n8n run again what a crash interrupted, and in queue mode runs from the outbox what was lost with
 * a worker.
 *
 * @returns one item for each interrupted execution: `{outcome, executionId, firstExecutionId,
 * workflowId, crashes, retryExecutionId?, passedExecutionId?, message?}`, those from the outbox with
 * `{from: 'outbox', event?}`, and one with `{trigger, credential}` for each outbox that could not be looked
 * into; with Continue on Fail, a run that failed is `{error: {message, description?}}`; nothing on the
 * second output
 */
export async function executeRecover(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const work = async () =>
		await withGivenRedis(context, async (given) => await recover(context, given));
	// One run for all input items.
	return await orFailedItems(context, work, (failed) => [[failed(0)], []]);
}

async function recover(
	context: IExecuteFunctions,
	given: GivenRedis | undefined,
): Promise<INodeExecutionData[][]> {
	const options = (context.getNodeParameter(RECOVER_OPTIONS, 0, {}) ?? {}) as IDataObject;
	const number = (name: keyof typeof NUMBERS) =>
		readNumberOption(context, options[name], NUMBERS[name]);
	const since = new Date(Date.now() - number('startedWithin') * HOUR_MS);
	const signal = context.getExecutionCancelSignal();
	const concurrency = Math.floor(number('concurrency'));
	const mostCrashes = Math.floor(number('mostCrashes'));
	const items = await withOwnN8nApi(context, concurrency, async (api) => {
		const { origin, prefix, apiKey } = await addressOf(context);
		const remembered = passedMemory.of(connectionKey(['passed', origin, prefix, apiKey]));
		const chosen = readPatterns(context.getNodeParameter('workflows', 0, []));
		const isAsked = chosen.length === 0 || isQueueMode();
		const { type } = context.getNode();
		const known = isAsked ? await packageWorkflows(api, packageOf(type), type, signal) : [];
		const workflows = new Set(chosen.length > 0 ? chosen : known.map(({ id }) => id));
		const kept = await listKept(
			known.filter(({ id }) => workflows.has(id)),
			given,
		);
		const reading = { upSince: upSince(), signal };
		const listedAt = performance.now();
		const executions = await listExecutionsSince(api, since, reading);
		const ours = executions.filter(({ workflowId }) => workflows.has(workflowId));
		const interrupted = findInterrupted(ours);
		const retried = await retryInterrupted(api, interrupted, {
			...(await findPassedElsewhere(api, interrupted, {
				...reading,
				remembered,
				executions: ours,
				keptWorkflows: new Set(
					kept?.flatMap(({ workflow: { id, triggers } }) => (triggers.length > 0 ? [id] : [])),
				),
			})),
			remembered,
			mostCrashes,
			listedAt,
			concurrency,
			claims: workClaims('recover'),
			signal,
		});
		const lost =
			kept === undefined
				? []
				: await recoverLost(context, api, kept, { executions: ours, concurrency, signal });
		return [...retried.map((one): IDataObject => asJson(one)), ...lost];
	});
	return [items.map((json) => ({ json })), []];
}

/** `n8n-nodes-realtime-webhooks` of `n8n-nodes-realtime-webhooks.eventHistory`. */
function packageOf(type: string): string {
	return type.slice(0, type.lastIndexOf('.'));
}

/** The item of an execution that was recovered, or not. */
export type RecoveredFields = ReturnType<typeof asJson>;

function asJson({ interrupted, outcome, retryExecutionId, passedExecutionId, message }: Recovered) {
	const { execution, firstId, crashes } = interrupted;
	return {
		outcome,
		executionId: execution.id,
		firstExecutionId: firstId,
		workflowId: execution.workflowId,
		crashes,
		...(retryExecutionId === undefined ? {} : { retryExecutionId }),
		...(passedExecutionId === undefined ? {} : { passedExecutionId }),
		...(message === undefined ? {} : { message }),
	};
}
