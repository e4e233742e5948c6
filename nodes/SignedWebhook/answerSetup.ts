import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { equalSecrets } from '../../lib/receive/hmac';
import { triggerSettings } from '../shared/webhook/triggerSettings';
import { signedWebhookTrigger } from './provider';

/**
 * Answers Meta's question whether the address is the user's: the challenge as plain text where the token
 * is right. It starts nothing.
 *
 * @see https://developers.facebook.com/docs/graph-api/webhooks/getting-started#verification-requests
 */
export async function answerSetup(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const response = context.getResponseObject();
	const query = new Map<string, unknown>(Object.entries(context.getRequestObject().query));
	const challenge = query.get('hub.challenge');
	const token = query.get('hub.verify_token');
	if (query.get('hub.mode') !== 'subscribe' || typeof challenge !== 'string') {
		response.status(405).json({ error: 'method_not_allowed', detail: 'Send webhooks by POST.' });
		return { noWebhookResponse: true };
	}
	const settings = await triggerSettings(context, signedWebhookTrigger).current();
	const isRight =
		settings !== undefined &&
		typeof token === 'string' &&
		equalSecrets(token, settings.verifyToken);
	if (isRight) response.status(200).type('text/plain').send(challenge);
	else response.status(403).json({ error: 'signature_mismatch', detail: 'hub.verify_token' });
	return { noWebhookResponse: true };
}
