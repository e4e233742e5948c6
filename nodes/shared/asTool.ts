import { NodeOperationError, type IExecuteFunctions, type IDisplayOptions } from 'n8n-workflow';

/** Of an operation that no AI agent is offered: n8n gives a node's name as a tool the end `Tool`. */
export const NOT_FOR_AGENTS: IDisplayOptions = { hide: { '@tool': [true] } };

/**
 * Refuses what an agent is not offered, also where a workflow that was not made in the editor asks for it.
 *
 * @param operation what is to be done
 * @param refused operations that no agent may do
 * @throws {NodeOperationError} where the node runs as a tool
 */
export function assertNotByAgent(
	context: IExecuteFunctions,
	operation: unknown,
	refused: readonly string[],
): void {
	if (!context.getNode().type.endsWith('Tool')) return;
	if (!refused.some((one) => one === operation)) return;
	throw new NodeOperationError(
		context.getNode(),
		`An AI agent can't run the operation '${String(operation)}', because it deletes something`,
		{ description: 'Choose another operation for the tool, or run this one in the workflow.' },
	);
}
