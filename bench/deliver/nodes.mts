import { createRequire } from 'node:module';
import { join } from 'node:path';
import type {
	ICredentialDataDecryptedObject,
	INode,
	INodeType,
	IVersionedNodeType,
} from 'n8n-workflow';
import { CHECKOUT } from '../../scripts/support/paths.mts';
import { createWorkflow, requireFromN8n, runWorkflow } from '../../test/support/n8nCore.mts';
import { CONTENT_TYPE } from './work.mts';

const require = createRequire(import.meta.url);

export type Credentials = Record<string, ICredentialDataDecryptedObject>;

const FOLDERS = { WebhookNotifier: 'Notifier', WebhookSubscription: 'Subscription' } as const;

/** Runs a node of this package, as it is built and installed, in n8n-core's own execution. */
export async function runOwn(
	name: keyof typeof FOLDERS,
	items: readonly object[],
	parameters: INode['parameters'],
	credentials: Credentials = {},
): Promise<number> {
	return await run(builtNode(name), items, parameters, credentials);
}

const built = new Map<string, INodeType>();

function builtNode(name: keyof typeof FOLDERS): INodeType {
	const known = built.get(name);
	if (known !== undefined) return known;
	const file = join(CHECKOUT, 'dist', 'nodes', FOLDERS[name], `${name}.node.js`);
	const Type = (require(file) as Record<string, new () => INodeType>)[name];
	if (Type === undefined) throw new Error(`${file} exports no ${name}`);
	const type = new Type();
	built.set(name, type);
	return type;
}

const PATH = 'n8n-nodes-base/dist/nodes/HttpRequest/HttpRequest.node.js';
const { HttpRequest } = requireFromN8n(PATH) as { HttpRequest: new () => IVersionedNodeType };
const httpRequest = new HttpRequest().getNodeType();

/**
 * Runs n8n's HTTP Request node in its newest version with its own defaults, over items that have
 * everything ready: it signs nothing, and three expressions are all that it evaluates.
 *
 * @param items with `url`, `headers` as JSON text, and `body`
 */
export async function runHttpRequest(items: readonly object[]): Promise<number> {
	const parameters = {
		method: 'POST',
		url: '={{ $json.url }}',
		sendHeaders: true,
		specifyHeaders: 'json',
		jsonHeaders: '={{ $json.headers }}',
		sendBody: true,
		contentType: 'raw',
		rawContentType: CONTENT_TYPE,
		body: '={{ $json.body }}',
		options: {},
	};
	return await run(httpRequest, items, parameters, {});
}

/** @returns how many items came out first */
async function run(
	type: INodeType,
	items: readonly object[],
	parameters: INode['parameters'],
	credentials: Credentials,
): Promise<number> {
	const input = items.map((json) => ({ json: { ...json } }));
	const node = { type, parameters, credentials: Object.keys(credentials) };
	const workflow = createWorkflow({ Action: node }, credentials);
	const { runData, error } = (await runWorkflow(workflow, 'Action', input)).data.resultData;
	if (error !== undefined) throw error;
	return runData.Action?.[0]?.data?.main?.[0]?.length ?? 0;
}
