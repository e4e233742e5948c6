import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { equalSecrets } from '../../lib/receive/hmac';
import { answerFor } from '../../lib/receive/provider';
import { triggerSettings } from '../shared/webhook/triggerSettings';
import { writeAnswer } from '../shared/webhook/writeAnswer';
import { signedWebhookTrigger } from './provider';
import type { SignedWebhookSettings } from './settings';

/** When Meta may ask again after the credential could not be read. */
const RETRY_AFTER_SECONDS = 30;

/**
 * Answers Meta's question whether the address is the user's: the challenge as plain text where the token
 * is right. It starts nothing, and never throws: n8n would start an execution for whoever asks.
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
	let settings: SignedWebhookSettings | undefined;
	try {
		settings = await triggerSettings(context, signedWebhookTrigger).current();
	} catch {
		// Deliveries meet the same, and it is in n8n's log with the first of them.
		writeAnswer(
			response,
			answerFor({ kind: 'unavailable', retryAfterSeconds: RETRY_AFTER_SECONDS }),
		);
		return { noWebhookResponse: true };
	}
	const isRight =
		settings !== undefined &&
		typeof token === 'string' &&
		equalSecrets(token, settings.verifyToken);
	if (isRight) response.status(200).type('text/plain').send(challenge);
	else response.status(403).json({ error: 'signature_mismatch', detail: 'hub.verify_token' });
	return { noWebhookResponse: true };
}
