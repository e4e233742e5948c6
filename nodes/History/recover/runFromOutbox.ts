import type { IBinaryKeyData, IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { fieldOf, isObject } from '../../../lib/event/json';
import type { StoredFile } from '../../../lib/history/storedEvent';
import type { LostEvent } from '../../../lib/replay/lostEvents';
import {
	findOriginalTrigger,
	mayCall,
	startFromTrigger,
	type PublishedWorkflow,
	type PublishedWorkflows,
	type WorkflowNode,
} from '../../../lib/replay/publishedWorkflow';
import { isRefusal, type Ran } from '../../../lib/replay/replayTarget';
import { whyNotFiles } from '../replay/inputEvents';
import { runWorkflow } from '../replay/targets/runWorkflow';

/** What became of an event that was run from the outbox. */
export interface OutboxRun {
	readonly outcome: 'recovered' | 'started' | 'failed' | 'skipped' | 'refused';
	/** Of which event, as far as it may be shown in a report. */
	readonly event?: IDataObject;
	readonly retryExecutionId?: string;
	readonly message?: string;
}

/**
 * Runs an event in the published workflow behind its trigger, as a replay does: as an execution of that
 * workflow, whose envelope says of which execution it stands in the place (`recoveryof`).
 *
 * @returns undefined where its execution has begun, or ended, since it was looked for
 */
export async function runFromOutbox(
	context: IExecuteFunctions,
	workflows: PublishedWorkflows,
	lost: LostEvent,
): Promise<OutboxRun | undefined> {
	const { kept, executionId } = lost;
	const start = await startOf(context, workflows, lost);
	if ('refused' in start) return { outcome: 'refused', message: start.refused };
	// As late as possible: from here on its trigger must not have begun with it.
	const event = await kept.outbox.read(kept.entry);
	if (event === undefined) return undefined;
	const { json, binary } = itemOf(event.item);
	const about = reported(json);
	const files = binary as Readonly<Record<string, StoredFile>> | undefined;
	const missing = await whyNotFiles(context, {
		executionId: executionId ?? '',
		...(files === undefined ? {} : { files }),
	});
	if (missing !== undefined) return { outcome: 'refused', event: about, message: missing.message };
	const marks = { recoveryof: executionId ?? '', recoveredat: new Date().toISOString() };
	const item = { json: { ...json, ...marks }, ...(binary === undefined ? {} : { binary }) };
	const ran = await runWorkflow(context, start.workflow, start.nodes, item, false);
	await settle(lost, event.key, ran);
	return { ...outcomeOf(ran), event: about };
}

interface Start {
	readonly workflow: PublishedWorkflow;
	readonly nodes: readonly WorkflowNode[];
}

async function startOf(
	context: IExecuteFunctions,
	workflows: PublishedWorkflows,
	{ kept: { workflow: known, trigger } }: LostEvent,
): Promise<Start | { readonly refused: string }> {
	const ownId = context.getWorkflow().id ?? '';
	if (known.id === ownId) {
		return {
			refused: `It came in through this workflow, which would start itself. ${KEPT} Put Recover into a workflow of its own.`,
		};
	}
	const workflow = await workflows.forRun(known.id);
	if (isRefusal(workflow)) {
		return { refused: `${closedWords(known.name, workflow.refused)} ${KEPT}` };
	}
	const denied = mayCall(workflow, ownId);
	if (denied !== undefined) return { refused: `${denied.message} ${KEPT}` };
	const node =
		workflow.nodes.find(({ id }) => id === trigger.id) ??
		(await findOriginalTrigger(workflow, trigger.name, async () => undefined));
	if (isRefusal(node)) {
		return {
			refused: `The published workflow '${known.name}' no longer has the trigger '${trigger.name}'. Publish it with that trigger. ${KEPT}`,
		};
	}
	return { workflow, nodes: startFromTrigger(workflow.nodes, node) };
}

const KEPT = 'The event stays in the outbox for 7 days after it came in.';

function closedWords(name: string, reason: string): string {
	if (reason === 'archived') return `The workflow '${name}' is archived. Unarchive and publish it.`;
	if (reason === 'unpublished') return `The workflow '${name}' is not published. Publish it.`;
	return `The workflow '${name}' does not exist, or the owner of the API key can't read it. Use the key of a user who can.`;
}

/** The execution shows from now on how it ends; where it has ended, nothing is kept any more. */
async function settle({ kept: { outbox, entry } }: LostEvent, key: string, ran: Ran) {
	const id = ran.replayExecutionId;
	if (id === undefined) return;
	await outbox.handOver(entry, id);
	if (ran.outcome === 'started') return;
	await outbox.ended(id, [key]);
	await outbox.remove([entry]);
}

function outcomeOf({ outcome, replayExecutionId, error }: Ran): Omit<OutboxRun, 'event'> {
	const id = replayExecutionId === undefined ? {} : { retryExecutionId: replayExecutionId };
	if (outcome === 'replayed') return { outcome: 'recovered', ...id };
	if (outcome === 'started') return { outcome: 'started', ...id };
	const words = error ?? 'the reason is not known';
	return replayExecutionId === undefined
		? { outcome: 'refused', message: `n8n could not start it: ${words}. ${KEPT}` }
		: { outcome: 'failed', ...id, message: `It ran and failed: ${words}` };
}

function itemOf(item: unknown): { json: IDataObject; binary?: IBinaryKeyData } {
	const json = fieldOf(item, 'json');
	const binary = fieldOf(item, 'binary');
	return {
		json: (isObject(json) ? json : {}) as IDataObject,
		...(isObject(binary) ? { binary: binary as unknown as IBinaryKeyData } : {}),
	};
}

/** Without its data, which a report need not hold. */
function reported({ id, source, type, subject, time }: IDataObject): IDataObject {
	return { id, source, type, ...(subject === undefined ? {} : { subject }), time };
}
