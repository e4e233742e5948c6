import { NodeOperationError, type ITriggerFunctions } from 'n8n-workflow';
import { PusherError } from '../../../lib/realtime/pusher/failure';
import { RealtimeFailure } from '../../../lib/net/failure';
import { SocketIoError } from '../../../lib/realtime/socketIo/failure';

/** Runs a reader; of its errors, n8n shows a failed publication nothing but the message. */
export function inWords<T>(context: ITriggerFunctions, read: () => T): T {
	try {
		return read();
	} catch (error) {
		throw new NodeOperationError(context.getNode(), wordsOf(error));
	}
}

function wordsOf(error: unknown): string {
	const isTold =
		error instanceof PusherError ||
		error instanceof RealtimeFailure ||
		error instanceof SocketIoError;
	if (!isTold) return String(error);
	const { message, description } = error;
	return description === undefined ? message : `${message}. ${description}`;
}
