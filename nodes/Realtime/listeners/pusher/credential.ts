import { NodeOperationError, type ITriggerFunctions } from 'n8n-workflow';
import { PusherError } from '../../../../lib/pusher/error';
import { readPusherSettings, type PusherSettings } from '../../../../lib/pusher/settings';

/**
 * The credential 'Pusher API' that the node has selected.
 *
 * @throws {NodeOperationError} that names the field and says what to do
 */
export async function readPusherCredential(context: ITriggerFunctions): Promise<PusherSettings> {
	const fields = await context.getCredentials('pusherApi');
	return inWords(context, () => readPusherSettings(fields));
}

/** Runs a reader; of its errors, n8n shows a failed publication nothing but the message. */
export function inWords<T>(context: ITriggerFunctions, read: () => T): T {
	try {
		return read();
	} catch (error) {
		const words =
			error instanceof PusherError ? `${error.message}. ${error.description}` : String(error);
		throw new NodeOperationError(context.getNode(), words);
	}
}
