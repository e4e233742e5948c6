import { fieldOf, listOf, textOf } from '../event/json';
import { listWorkflows } from '../history/store/workflowList';
import type { N8nApi } from '../history/store/api';

/**
 * Ids of the workflows that hold a node of a package, as far as the key may see them.
 *
 * @param packageName what the types of its nodes start with
 */
export async function packageWorkflows(
	api: N8nApi,
	packageName: string,
	signal?: AbortSignal,
): Promise<string[]> {
	const ids: string[] = [];
	for await (const workflow of listWorkflows(api, signal)) {
		const holds = listOf(fieldOf(workflow, 'nodes')).some((node) =>
			textOf(fieldOf(node, 'type'))?.startsWith(`${packageName}.`),
		);
		const id = textOf(fieldOf(workflow, 'id'));
		if (holds && id !== undefined) ids.push(id);
	}
	return ids;
}
