import type { IExecuteFunctions } from 'n8n-workflow';
import type { AwaitedRun } from './awaitedRuns';
import { isFirstRetry } from './firstRetry';
import { endRecorded, recordIfNew, type EventKeys } from './handledStore';
import { claimsOf } from './nodeClaims';
import type { RunEnd } from './runEnd';
import type { TriggerOptions } from './triggerSettings';

/** One event in one execution. */
interface Begun {
	readonly context: IExecuteFunctions;
	readonly keys: EventKeys;
	readonly mode: 'webhook' | 'retry';
	readonly options: TriggerOptions;
	/** How this execution ends. */
	readonly end: Promise<RunEnd>;
}

/**
 * Lets an event pass where the sender is answered when the workflow has ended: it is handled only then.
 * What fails, or what a crash interrupts, may come again.
 */
export async function passUntilEnd(begun: Begun): Promise<boolean> {
	const { context, keys, mode, options } = begun;
	const { runs } = claimsOf(context, options.deduplicationCapacity);
	const answer = runs.find(keys[0]);
	if (mode === 'webhook' && answer !== undefined) {
		answer.begun();
		if (await beginAs(begun, answer)) return true;
		// Handled before a restart. Other events may have come with it, so the run counts.
		void begun.end.then((how) => answer.end(how !== 'failed'));
		return false;
	}
	return await passWithoutSender(begun);
}

/**
 * Nobody waits for an answer: n8n runs after a restart what waited for its turn before, or the user
 * retries an execution.
 */
async function passWithoutSender(begun: Begun): Promise<boolean> {
	const { context, keys, mode, options } = begun;
	const { claims, handled } = claimsOf(context, options.deduplicationCapacity);
	const windowMs = options.deduplicationWindowMs;
	const [key] = keys;
	const other = handled.passedBy(key);
	const taken = await claims.claim(key, { windowMs, waitMs: 0 });
	if (taken.state === 'busy' || (mode === 'retry' && other !== undefined)) {
		tellPassed(context, key, other);
		if (taken.state === 'claimed') await taken.claim.store();
		return false;
	}
	if (taken.state === 'stored') return mode === 'retry';
	const { claim } = taken;
	if (mode === 'retry' && !(await isFirstRetry(context, handled, key, options))) {
		tellPassed(context, key, undefined);
		await claim.store();
		return false;
	}
	const settling = {
		end: (isDone: boolean) => void (isDone ? claim.store() : claim.release()),
	};
	if (await beginAs(begun, settling)) return true;
	await claim.store();
	return false;
}

/** Records the event as under way, and ends it with the execution. */
async function beginAs(
	{ context, keys, mode, options, end }: Begun,
	answer: Pick<AwaitedRun, 'end'>,
): Promise<boolean> {
	const { deduplicationWindowMs: windowMs, deduplicationCapacity: capacity } = options;
	const { handled } = claimsOf(context, capacity);
	const isNew = await recordIfNew(context, handled, keys, { windowMs, capacity, untilEnd: true });
	if (!isNew && mode === 'webhook') return false;
	handled.notePassed(keys[0], context.getExecutionId(), capacity);
	void end.then(async (how) => {
		const isDone = how !== 'failed';
		await endRecorded(context, handled, keys, isDone);
		answer.end(isDone);
	});
	return true;
}

/**
 * Says that nothing was run again.
 *
 * @param execution which one has passed; undefined where one that still runs has
 */
export function tellPassed(
	context: IExecuteFunctions,
	key: string,
	execution: string | undefined,
): void {
	const who = execution === undefined ? 'another execution' : `execution ${execution}`;
	context.logger.warn(
		`Nothing was run again, because ${who} already handled the same event. To run it again on purpose, replay it with Event History.`,
		{ node: context.getNode().name, workflowId: context.getWorkflow().id, dedupekey: key },
	);
}
