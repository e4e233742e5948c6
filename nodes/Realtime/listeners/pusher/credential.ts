import type { ITriggerFunctions } from 'n8n-workflow';
import { readPusherSettings, type PusherSettings } from '../../../../lib/realtime/pusher/settings';
import { inWords } from '../inWords';

/**
 * The credential 'Pusher API' that the node has selected.
 *
 * @throws {NodeOperationError} that names the field and says what to do
 */
export async function readPusherCredential(context: ITriggerFunctions): Promise<PusherSettings> {
	const fields = await context.getCredentials('realtimeWebhooksPusherApi');
	return inWords(context, () => readPusherSettings(fields));
}
