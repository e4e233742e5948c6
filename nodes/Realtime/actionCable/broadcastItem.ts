import { NodeOperationError, type IExecuteFunctions } from 'n8n-workflow';
import type { ItemMessage } from '../broadcast/broadcastTransport';

/**
 * The JSON text that the channels' clients receive. An envelope in the payload goes along as it is,
 * so that clients can tell a repeat by its id.
 *
 * @throws {NodeOperationError} where the payload is nothing that JSON has
 */
export function cableMessage(
	context: IExecuteFunctions,
	{ event, payload, itemIndex }: ItemMessage,
	asEventAndPayload: boolean,
): string {
	const text = asJson(asEventAndPayload ? { event, payload } : payload);
	if (text !== undefined && payload !== undefined) return text;
	throw new NodeOperationError(context.getNode(), "'Payload' can't be converted to JSON", {
		itemIndex,
		description: 'Send texts, numbers, lists and objects without circular references.',
	});
}

function asJson(value: unknown): string | undefined {
	try {
		return JSON.stringify(value);
	} catch {
		return undefined;
	}
}
