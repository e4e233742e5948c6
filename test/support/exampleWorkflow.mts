import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT } from '../../scripts/support/paths.mts';
import type { WorkflowDraft, WorkflowNode } from './n8n.mts';

/** What a test puts in the place of what a user would choose. */
export interface ExampleChanges {
	/** By credential type; every node whose type is a key of `credentialsOf` gets them. */
	readonly credentialsOf?: Readonly<Record<string, Record<string, { id: string; name: string }>>>;
	/** By the node's name: parameters over its own. */
	readonly parameters?: Readonly<Record<string, Record<string, unknown>>>;
	/** By the node's name: another node in its place, under the same name. */
	readonly instead?: Readonly<Record<string, Omit<WorkflowNode, 'name' | 'position'>>>;
}

/** One of examples/workflows, as a user would import it and fill it in. */
export function exampleWorkflow(file: string, changes: ExampleChanges = {}): WorkflowDraft {
	const text = readFileSync(join(CHECKOUT, 'examples', 'workflows', file), 'utf8');
	const draft = JSON.parse(text) as WorkflowDraft;
	const nodes = draft.nodes.map((node): WorkflowNode => {
		const other = changes.instead?.[node.name];
		const used =
			other === undefined ? node : { ...other, name: node.name, position: node.position };
		const credentials = changes.credentialsOf?.[used.type.split('.').at(-1) ?? ''];
		const parameters = { ...used.parameters, ...changes.parameters?.[node.name] };
		return {
			...used,
			parameters: parameters as WorkflowNode['parameters'],
			...(credentials === undefined ? {} : { credentials }),
		};
	});
	for (const name of [
		...Object.keys(changes.parameters ?? {}),
		...Object.keys(changes.instead ?? {}),
	]) {
		if (!nodes.some((node) => node.name === name)) throw new Error(`${file} has no node '${name}'`);
	}
	return { ...draft, nodes };
}
