import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { ICredentialDataDecryptedObject, INode, INodeType, IRun } from 'n8n-workflow';
import { CHECKOUT } from '../../scripts/support/paths.mts';
import { core, createWorkflow, runWorkflow } from '../../test/support/n8nCore.mts';

const require = createRequire(import.meta.url);

/** A node as it is built and installed. */
function builtNode(name: 'RealtimeBroadcast' | 'RealtimeTrigger'): INodeType {
	const file = join(CHECKOUT, 'dist', 'nodes', 'Realtime', `${name}.node.js`);
	const Type = (require(file) as Record<string, new () => INodeType>)[name];
	if (Type === undefined) throw new Error(`${file} exports no ${name}`);
	return new Type();
}

const broadcastNode = builtNode('RealtimeBroadcast');

/** Runs Realtime Broadcast over items, in n8n-core's own execution. */
export async function broadcast(
	items: readonly object[],
	parameters: INode['parameters'],
	credentials: Record<string, ICredentialDataDecryptedObject>,
): Promise<void> {
	const node = { type: broadcastNode, parameters, credentials: Object.keys(credentials) };
	const input = items.map((json) => ({ json: { ...json } }));
	const { data } = await runWorkflow(
		createWorkflow({ Action: node }, credentials),
		'Action',
		input,
	);
	const { runData, error } = data.resultData;
	if (error !== undefined) throw error;
	const sent = runData.Action?.[0]?.data?.main?.[0]?.length ?? 0;
	if (sent !== items.length) throw new Error(`${sent} of ${items.length} items were sent`);
}

/** Starts Realtime Trigger in n8n-core's context; executions end at once. */
export async function listen(
	parameters: INode['parameters'],
	credentials: Record<string, ICredentialDataDecryptedObject>,
	onEvent: () => void,
): Promise<() => Promise<void>> {
	const type = builtNode('RealtimeTrigger');
	const node = { type, parameters, credentials: Object.keys(credentials) };
	const test = createWorkflow({ Trigger: node }, credentials);
	const emit = (_data: unknown, _response: unknown, done?: { resolve(run: IRun): void }) => {
		onEvent();
		done?.resolve({} as IRun);
	};
	const context = new core.TriggerContext(
		test.workflow,
		test.node('Trigger'),
		test.additionalData(),
		'trigger',
		'activate',
		emit as never,
	);
	const response = await type.trigger?.call(context);
	return async () => void (await response?.closeFunction?.());
}
