import type { ITriggerFunctions } from 'n8n-workflow';
import {
	readSocketIoSettings,
	type SocketIoSettings,
} from '../../../../lib/realtime/socketIo/settings';
import { inWords } from '../inWords';

/**
 * The credential 'Socket.IO API' that the node has selected.
 *
 * @throws {NodeOperationError} that names the field and says what to do
 */
export async function readSocketIoCredential(
	context: ITriggerFunctions,
): Promise<SocketIoSettings> {
	const fields = await context.getCredentials('realtimeWebhooksSocketIoApi');
	return inWords(context, () => readSocketIoSettings(fields));
}
