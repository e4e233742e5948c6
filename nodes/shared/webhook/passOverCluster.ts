import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Begun } from '../../../lib/cluster/firstExecutions';
import type { HandledLog } from '../../../lib/receive/handledLog';
import { isFirstRetry, retriedExecution } from './firstRetry';
import { recordIfNew, type EventKeys } from './handledStore';
import type { NodeCluster } from './nodeCluster';
import { tellPassed } from './passUntilEnd';
import type { TriggerOptions } from './triggerSettings';

/** One execution in a worker. */
interface Running {
	readonly context: IExecuteFunctions;
	readonly cluster: NodeCluster;
	readonly handled: HandledLog;
	readonly mode: 'webhook' | 'retry';
	readonly options: TriggerOptions;
	/** How an event passes by what this process knows. */
	readonly alone: (keys: EventKeys) => Promise<boolean>;
}

/**
 * How an event passes in queue mode, where another worker may run an execution with the same event at
 * the same time: the first one wins, and n8n's own store stops what was handled before Redis lost its
 * memory. Until the execution has ended the event also stands in the outbox.
 */
export function passerOverCluster(
	running: Running,
): (keys: EventKeys, item: INodeExecutionData) => Promise<boolean> {
	const { context, cluster, handled, mode, options, alone } = running;
	const { deduplicationWindowMs: windowMs, deduplicationCapacity: capacity } = options;
	const executionId = context.getExecutionId();
	const retryOf = mode === 'retry' ? retriedExecution(context) : undefined;
	const seen = new Set<string>();
	const begunKeys: string[] = [];
	/** Redis could not be told that they have begun; when they end it may be there again. */
	const untoldKeys: string[] = [];
	const tellEnd = (keys: readonly string[], isKnown: boolean) => {
		if (keys.length === 0) return;
		// Not awaited: what stays in the outbox is looked at, and n8n goes on.
		cluster.outbox
			.ended(executionId, keys, isKnown)
			.catch((error: unknown) =>
				cluster.tell('The end of an execution could not be recorded', error),
			);
	};
	context.onExecutionFinish?.(() => {
		tellEnd(begunKeys, true);
		tellEnd(untoldKeys, false);
	});
	const begin = async (keys: EventKeys): Promise<Begun | undefined> => {
		try {
			return await cluster.first.begin({ executionId, retryOf, keys, windowMs, capacity });
		} catch (error) {
			cluster.tell('Could not check whether another execution began with the event first', error);
			return undefined;
		}
	};
	return async (keys, item) => {
		const [key] = keys;
		if (keys.some((each) => seen.has(each))) return false;
		for (const each of keys) seen.add(each);
		const begun = await begin(keys);
		// n8n has accepted the event: that Redis is away must not end it.
		if (begun === undefined) {
			const passes = await alone(keys);
			if (passes) untoldKeys.push(...keys);
			return passes;
		}
		if (!begun.passes) {
			tellPassed(context, key, begun.executionId);
			return false;
		}
		begunKeys.push(...keys);
		const [isNew, isFirst] = await Promise.all([
			recordIfNew(context, handled, keys, { windowMs, capacity }),
			mode === 'webhook' || isFirstRetry(context, handled, key, options),
			begun.isKept ? undefined : keepInOutbox(cluster, [item]),
		]);
		if (begun.again) return true;
		if (mode === 'webhook') return isNew || begun.windowIsOver;
		if (!isFirst) tellPassed(context, key, undefined);
		return isFirst;
	};
}

/** Keeps accepted events until their execution has ended. Never rejects. */
export async function keepInOutbox(
	{ outbox, tell }: NodeCluster,
	items: readonly INodeExecutionData[],
): Promise<void> {
	try {
		await Promise.all(
			items.map(async (item) => {
				const { dedupekey: key } = item.json;
				if (typeof key === 'string') await outbox.put({ key, item });
			}),
		);
	} catch (error) {
		tell('An event could not be kept in the outbox', error);
	}
}
