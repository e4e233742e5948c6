import { fieldOf, isObject, listOf, textOf, type JsonObject } from '../event/json';
import { N8nApiError, type N8nApi } from '../history/store/n8nApi';
import { withScope } from '../history/store/executions';
import { isRefusal, type Refusal } from './replayTarget';

/** A node as n8n stores it. What is not named here is kept as it is. */
export interface WorkflowNode extends JsonObject {
	readonly id: string;
	readonly name: string;
	readonly type: string;
}

/** A workflow in the form in which n8n runs it when its triggers fire. */
export interface PublishedWorkflow {
	readonly id: string;
	readonly name: string;
	/** Undefined where it is a draft that was never published, or n8n knows no versions. */
	readonly versionId?: string;
	readonly nodes: readonly WorkflowNode[];
	readonly connections: JsonObject;
	/** They have no versions in n8n: the newest ones count for the published workflow too. */
	readonly settings: JsonObject;
	readonly staticData?: JsonObject;
}

interface ReadWorkflowOptions {
	/** Take the draft of a workflow that is not published. */
	readonly allowDraft: boolean;
	readonly signal?: AbortSignal;
}

/**
 * Reads a workflow as it is published now, with the rights of the API key.
 *
 * n8n's API gives the draft under `nodes` and what is published under `activeVersion` (null where it
 * is not published). An n8n before 2.0 has no versions: what is active is what was saved last.
 *
 * @throws {N8nApiError} where n8n did not answer or does not accept the key
 */
async function readPublishedWorkflow(
	api: N8nApi,
	id: string,
	{ allowDraft, signal }: ReadWorkflowOptions,
): Promise<PublishedWorkflow | Refusal> {
	const json = await api
		.call({
			method: 'GET',
			path: `/workflows/${encodeURIComponent(id)}`,
			query: { excludePinnedData: true },
			what: `read the workflow ${id}`,
			signal,
		})
		.catch(noAccess(id));
	if (isObject(json) && isRefusal(json)) return json;
	return workflowOf(json, id, allowDraft);
}

function noAccess(id: string) {
	return (error: unknown): Refusal => {
		if (!(error instanceof N8nApiError) || error.status !== 404)
			return withScope('workflow:read')(error);
		return {
			refused: 'no_access',
			message: `The workflow ${id} does not exist, or the owner of the API key can't read it. Use the key of a user who can, or choose the target 'Another Workflow'.`,
		};
	};
}

function workflowOf(json: unknown, id: string, allowDraft: boolean): PublishedWorkflow | Refusal {
	const name = textOf(fieldOf(json, 'name')) ?? id;
	if (fieldOf(json, 'isArchived') === true) {
		return {
			refused: 'archived',
			message: `The workflow '${name}' is archived. Unarchive and publish it, or choose the target 'Another Workflow'.`,
		};
	}
	const published = fieldOf(json, 'activeVersion');
	const isActive = fieldOf(json, 'active') === true;
	if (!isObject(published) && !isActive && !allowDraft) {
		return {
			refused: 'unpublished',
			message: `The workflow '${name}' is not published. Publish it, or turn on 'Allow Unpublished' to run its draft.`,
		};
	}
	const content = isObject(published) ? published : json;
	const connections = fieldOf(content, 'connections');
	const settings = fieldOf(json, 'settings');
	const staticData = fieldOf(json, 'staticData');
	return {
		id,
		name,
		versionId: textOf(fieldOf(content, 'versionId')),
		nodes: listOf(fieldOf(content, 'nodes')).filter(isNode),
		connections: isObject(connections) ? connections : {},
		settings: isObject(settings) ? settings : {},
		...(isObject(staticData) ? { staticData } : {}),
	};
}

export function isNode(value: unknown): value is WorkflowNode {
	return (
		isObject(value) &&
		textOf(value.id) !== undefined &&
		textOf(value.name) !== undefined &&
		textOf(value.type) !== undefined
	);
}

/** A workflow that is published anew while a run goes on is taken up within this time. */
const FRESH_MS = 5_000;

interface Read {
	readonly at: number;
	readonly workflow: Promise<PublishedWorkflow | Refusal>;
}

/**
 * The workflows of one run, each read once, and again when what was read is no longer fresh.
 *
 * n8n saves the static data of a workflow as a whole after an execution that changed them, so a
 * workflow whose nodes use them is read before each of its replays: what the one before it changed
 * must not be overwritten by an old copy.
 */
export class PublishedWorkflows {
	private readonly reads = new Map<string, Read>();

	/** @param now milliseconds, for tests */
	constructor(
		private readonly api: N8nApi,
		private readonly options: ReadWorkflowOptions,
		private readonly now: () => number = () => performance.now(),
	) {}

	async get(id: string): Promise<PublishedWorkflow | Refusal> {
		const known = this.reads.get(id);
		if (known !== undefined && this.now() - known.at < FRESH_MS) return await known.workflow;
		return await this.read(id);
	}

	/** For a run that begins now. */
	async forRun(id: string): Promise<PublishedWorkflow | Refusal> {
		const workflow = await this.get(id);
		return isRefusal(workflow) || !usesStaticData(workflow) ? workflow : await this.read(id);
	}

	private async read(id: string): Promise<PublishedWorkflow | Refusal> {
		const workflow = readPublishedWorkflow(this.api, id, this.options);
		this.reads.set(id, { at: this.now(), workflow });
		workflow.catch(() => this.reads.delete(id));
		return await workflow;
	}
}

const usage = new WeakMap<PublishedWorkflow, boolean>();

/** Code nodes call `$getWorkflowStaticData()`; other nodes do not tell. */
function usesStaticData(workflow: PublishedWorkflow): boolean {
	const known = usage.get(workflow);
	if (known !== undefined) return known;
	const uses = JSON.stringify(workflow.nodes).includes('getWorkflowStaticData');
	usage.set(workflow, uses);
	return uses;
}

/** Type of the trigger with which a workflow takes items from another one. */
const SUB_WORKFLOW_TRIGGER = 'n8n-nodes-base.executeWorkflowTrigger';

/** Triggers of n8n whose names do not say so. */
const OTHER_TRIGGERS: ReadonlySet<string> = new Set(
	['webhook', 'cron', 'interval', 'start', 'emailReadImap'].map((name) => `n8n-nodes-base.${name}`),
);

/** Whether a node of this type starts workflows; by n8n's rules such types end in `Trigger`. */
function isTrigger({ type }: Pick<WorkflowNode, 'type'>): boolean {
	return /trigger$/i.test(type) || OTHER_TRIGGERS.has(type);
}

/** The workflow in which a trigger is looked for. */
interface Place {
	readonly name: string;
	readonly nodes: readonly WorkflowNode[];
}

/**
 * The trigger of a workflow as it is now that brought in an event once.
 *
 * A renamed trigger is the one with the same id; one that was replaced by a new node has the same
 * webhook id (n8n's copies keep it) or is the only one of its type.
 *
 * @param name its name then
 * @param then what it was then, asked for where there is no trigger of that name
 */
export async function findOriginalTrigger(
	workflow: Place,
	name: string,
	then: () => Promise<WorkflowNode | undefined>,
): Promise<WorkflowNode | Refusal> {
	const triggers = workflow.nodes.filter(isTrigger);
	const named = triggers.find((node) => node.name === name);
	if (named !== undefined) return named;
	const original = await then();
	if (original !== undefined) {
		const { id, type, webhookId } = original;
		const same =
			triggers.find((node) => node.id === id) ??
			triggers.find((node) => node.webhookId === webhookId && typeof webhookId === 'string') ??
			only(triggers.filter((node) => node.type === type));
		if (same !== undefined) return same;
	}
	return {
		refused: 'trigger_missing',
		message: `The workflow '${workflow.name}' no longer has the trigger '${name}' that received the event. Add a trigger with this name and publish the workflow, or choose the target 'Another Workflow' to select a trigger.`,
	};
}

/**
 * The trigger with which another workflow takes replayed events.
 *
 * @param chosen the name that the user gave; empty: its Execute Sub-workflow Trigger, else one named
 * or made like the event's own trigger, else the only one
 * @param name the event's own trigger
 */
export function findTargetTrigger(
	workflow: Place,
	chosen: string,
	name: string,
): WorkflowNode | Refusal {
	const triggers = workflow.nodes.filter(isTrigger);
	const names = triggers.map((node) => `'${node.name}'`).join(', ');
	if (chosen !== '') {
		return (
			triggers.find((node) => node.name === chosen) ?? {
				refused: 'trigger_missing',
				message: `The workflow '${workflow.name}' has no trigger '${chosen}'. Enter one of these in 'Trigger': ${names || 'it has none'}.`,
			}
		);
	}
	const enabled = triggers.filter((node) => node.disabled !== true);
	const found =
		enabled.find((node) => node.type === SUB_WORKFLOW_TRIGGER) ??
		enabled.find((node) => node.name === name) ??
		only(enabled);
	if (found !== undefined) return found;
	return enabled.length === 0
		? {
				refused: 'trigger_missing',
				message: `The workflow '${workflow.name}' has no trigger. Add an 'Execute Sub-workflow Trigger' and publish it.`,
			}
		: {
				refused: 'trigger_ambiguous',
				message: `The workflow '${workflow.name}' has several triggers. Enter one in the option 'Trigger': ${names}.`,
			};
}

function only<T>(list: readonly T[]): T | undefined {
	return list.length === 1 ? list[0] : undefined;
}

/** Fails in a workflow that no webhook started, and would answer a request of the caller's. */
const ANSWERS_WEBHOOK = 'n8n-nodes-base.respondToWebhook';

/**
 * The nodes of a workflow, changed so that n8n starts it at one of its triggers with items that are
 * handed over: the trigger becomes an Execute Sub-workflow Trigger of the same name, so that
 * `$('Name')` and the connections stay right. It comes first, because n8n takes the first one
 * (`findSubworkflowStart` in packages/cli/src/utils.ts of https://github.com/n8n-io/n8n), and all
 * other triggers are disabled. So are nodes that answer a webhook: nobody waits for the answer, and
 * what is disabled passes its items on.
 */
export function startFromTrigger(
	nodes: readonly WorkflowNode[],
	trigger: WorkflowNode,
): WorkflowNode[] {
	const others = nodes
		.filter((node) => node !== trigger)
		.map((node) =>
			isTrigger(node) || node.type === ANSWERS_WEBHOOK ? { ...node, disabled: true } : node,
		);
	return [takingItems(trigger), ...others];
}

function takingItems(trigger: WorkflowNode): WorkflowNode {
	if (trigger.type === SUB_WORKFLOW_TRIGGER) return { ...trigger, disabled: false };
	const { id, name, position } = trigger;
	return {
		id,
		name,
		position,
		type: SUB_WORKFLOW_TRIGGER,
		typeVersion: 1.1,
		parameters: { inputSource: 'passthrough' },
	};
}

/**
 * Whether a workflow's setting 'This workflow can be called by' can allow a caller. Where it names
 * the workflows of the same owner, or nothing, only n8n can tell: it decides when the workflow runs.
 * Asking before spares an execution that only says so, for each event.
 *
 * @param callerId id of the workflow that replays
 */
export function mayCall(
	{ name, settings }: Pick<PublishedWorkflow, 'name' | 'settings'>,
	callerId: string,
): Refusal | undefined {
	const { callerPolicy, callerIds } = settings;
	const listed = (textOf(callerIds) ?? '').split(',').map((id) => id.trim());
	const isDenied =
		callerPolicy === 'none' ||
		(callerPolicy === 'workflowsFromAList' && !listed.includes(callerId));
	if (!isDenied) return undefined;
	return {
		refused: 'not_callable',
		message: `The settings of the workflow '${name}' do not let this workflow call it. Change 'This workflow can be called by' in its settings.`,
	};
}
