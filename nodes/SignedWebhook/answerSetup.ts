import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { equalSecrets } from '../../lib/receive/hmac';
import { answerFailed, tellPassedOver } from '../shared/webhook/receiveWebhook';
import { readTriggerOptions, triggerSettings } from '../shared/webhook/triggerSettings';
import type { TurnedAway } from '../shared/webhook/turnedAway';
import { signedWebhookTrigger } from './provider';

const WRONG_TOKEN: TurnedAway = {
	reason: 'signature_mismatch',
	what: "the verify token in Meta's verification request is not the one in the credential",
	whatToDo:
		"enter the same Verify Token in Meta's app dashboard and in 'Verify Token' of the credential",
};

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
	try {
		if (query.get('hub.mode') !== 'subscribe' || typeof challenge !== 'string') {
			response
				.status(405)
				.json({ error: 'method_not_allowed', detail: 'Send webhooks with POST.' });
			return { noWebhookResponse: true };
		}
		const settings = await triggerSettings(context, signedWebhookTrigger).current();
		const expected = settings?.verifyToken;
		if (expected !== undefined && typeof token === 'string' && equalSecrets(token, expected)) {
			response.status(200).type('text/plain').send(challenge);
			return { noWebhookResponse: true };
		}
		const { refusedIntervalMs } = readTriggerOptions(context, signedWebhookTrigger.deduplication);
		const told = tellPassedOver(context, {
			provider: signedWebhookTrigger.provider(context).name,
			refused: WRONG_TOKEN,
			kind: 'refused',
			intervalMs: refusedIntervalMs,
		});
		response.status(403).json({ error: WRONG_TOKEN.reason, detail: 'hub.verify_token' });
		return told;
	} catch (error) {
		return answerFailed(context, error);
	}
}
