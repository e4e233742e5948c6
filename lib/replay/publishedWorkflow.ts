import { fieldOf, isObject, listOf, textOf, type JsonObject } from '../event/json';
import { N8nApiError, type N8nApi } from '../history/store/api';
import { withScope } from '../history/store/executionList';
import { isRefusal, type Refusal } from './replayResult';

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

export interface ReadWorkflowOptions {
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
export async function readPublishedWorkflow(
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
			message: `The workflow ${id} is not there, or the owner of the API key may not read it. Use a key of a user who may, or choose the target 'Another Workflow'.`,
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
			message: `The workflow '${name}' is not published. Publish it, or switch on 'Allow Unpublished' to run its draft.`,
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
