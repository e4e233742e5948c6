import { NodeOperationError, type ITriggerFunctions } from 'n8n-workflow';
import { SocketIoError } from '../../../../lib/connection/socketIoError';
import {
	readSocketIoSettings,
	type SocketIoSettings,
} from '../../../../lib/connection/socketIoSettings';

/**
 * The credential 'Socket.IO API' that the node has selected.
 *
 * @throws {NodeOperationError} that names the field and says what to do
 */
export async function readSocketIoCredential(
	context: ITriggerFunctions,
): Promise<SocketIoSettings> {
	const fields = await context.getCredentials('socketIoApi');
	return inWords(context, () => readSocketIoSettings(fields));
}

/** Runs a reader; of its errors, n8n shows a failed publication nothing but the message. */
export function inWords<T>(context: ITriggerFunctions, read: () => T): T {
	try {
		return read();
	} catch (error) {
		const words =
			error instanceof SocketIoError ? `${error.message}. ${error.description}` : String(error);
		throw new NodeOperationError(context.getNode(), words);
	}
}
