import { NodeOperationError, type ITriggerFunctions } from 'n8n-workflow';
import { PusherError } from '../../../lib/pusher/error';
import { SocketIoError } from '../../../lib/connection/socketIoError';

/** Runs a reader; of its errors, n8n shows a failed publication nothing but the message. */
export function inWords<T>(context: ITriggerFunctions, read: () => T): T {
	try {
		return read();
	} catch (error) {
		const isTold = error instanceof PusherError || error instanceof SocketIoError;
		const words = isTold ? `${error.message}. ${error.description}` : String(error);
		throw new NodeOperationError(context.getNode(), words);
	}
}
