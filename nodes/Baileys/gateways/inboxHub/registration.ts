import { NodeOperationError, type IHookFunctions } from 'n8n-workflow';
import { whyNotPublicHttps } from '../../../../lib/http/publicUrl';
import { usableSecrets } from '../../../../lib/receive/hmac';
import {
	isRegistered,
	register,
	unregister,
	type Registration,
	type RegistrationRecord,
} from '../../../../lib/registration/slotRegistration';
import type { TriggerRegistration } from '../../../shared/webhookTrigger';
import { INBOX_HUB_CREDENTIAL } from './api';
import { sessionWebhook } from './sessionWebhook';

interface InboxHubCredential {
	readonly apiKey?: string;
	readonly webhookSecret?: string;
	readonly previousWebhookSecret?: string;
}

/** Where the record of what we registered lives between publishing and unpublishing. */
interface NodeState {
	registration?: RegistrationRecord;
}

/**
 * Registers the workflow's URL and secret on a session of Inbox Hub. Without an API key in the
 * credential there is nothing to register with: the user pastes the URL.
 */
export const inboxHubRegistration: TriggerRegistration = {
	async isCurrent(context) {
		const wanted = await wantedRegistration(context);
		if (wanted === undefined) return true;
		const { registration } = state(context);
		return await isRegistered(sessionWebhook(context, wanted.target), wanted, registration);
	},

	async register(context) {
		const wanted = await wantedRegistration(context);
		if (wanted === undefined) return;
		const nodeState = state(context);
		const api = sessionWebhook(context, wanted.target);
		nodeState.registration = await register(api, wanted, nodeState.registration);
		const { replaced } = nodeState.registration;
		if (replaced !== null) {
			context.logger.info(
				`Session ${wanted.target} delivered to ${withoutQuery(replaced.url)} until now; unpublishing gives that back.`,
			);
		}
	},

	async unregister(context) {
		const nodeState = state(context);
		const record = nodeState.registration;
		if (record === undefined) return;
		const credential = await readCredential(context);
		if (!credential?.apiKey?.trim()) {
			throw new NodeOperationError(
				context.getNode(),
				`Session ${record.target} still delivers to this workflow, but the credential 'Inbox Hub API' has no 'API Key' any more. Remove the webhook in Inbox Hub yourself, or fill in the key and unpublish again.`,
			);
		}
		const [secret = '', ...olderSecrets] = secretsOf(credential);
		const api = sessionWebhook(context, record.target);
		const done = await unregister(api, { secret, olderSecrets }, record);
		delete nodeState.registration;
		if (done.state === 'foreign') {
			context.logger.warn(
				`Session ${record.target} delivers somewhere else by now; it was left as it is.`,
			);
		} else if (done.state === 'restored' && done.secretUnknown) {
			context.logger.warn(
				`Session ${record.target} delivers to its earlier URL again, but Inbox Hub does not tell the secret that belonged to it. Set it there again.`,
			);
		}
	},
};

/**
 * What to register; undefined where there is nothing to do.
 *
 * @throws {NodeOperationError} where Inbox Hub could never deliver, before it is called
 */
async function wantedRegistration(context: IHookFunctions): Promise<Registration | undefined> {
	const credential = await readCredential(context);
	if (!credential?.apiKey?.trim()) return undefined;
	const url = context.getNodeWebhookUrl('default') ?? '';
	const problem = whyNotPublicHttps(url);
	if (problem !== undefined) {
		// Listening for a test event needs no provider: whoever tests locally sends by hand.
		if (context.getMode() === 'manual') return undefined;
		throw new NodeOperationError(
			context.getNode(),
			`Inbox Hub delivers only to public HTTPS addresses, and this workflow's URL is ${url}. Set WEBHOOK_URL in n8n to its public address, such as https://n8n.example.com/. To register by hand instead, empty 'API Key' in the credential.`,
		);
	}
	const target = String(
		context.getNodeParameter('session', '', { extractValue: true }) ?? '',
	).trim();
	if (target === '') {
		throw new NodeOperationError(
			context.getNode(),
			"No 'Session' is chosen to register on. Choose the WhatsApp session whose events shall start this workflow. To register by hand instead, empty 'API Key' in the credential.",
		);
	}
	const [secret, ...olderSecrets] = secretsOf(credential);
	if (secret === undefined) {
		throw new NodeOperationError(
			context.getNode(),
			"The credential 'Inbox Hub API' has no 'Webhook Secret' to register. Fill it in with 16 to 255 characters that nobody can guess.",
		);
	}
	return { target, url, secret, olderSecrets };
}

async function readCredential(context: IHookFunctions): Promise<InboxHubCredential | undefined> {
	if (context.getNode().credentials?.[INBOX_HUB_CREDENTIAL] === undefined) return undefined;
	return await context.getCredentials<InboxHubCredential>(INBOX_HUB_CREDENTIAL);
}

function secretsOf({ webhookSecret, previousWebhookSecret }: InboxHubCredential): string[] {
	return usableSecrets(webhookSecret, previousWebhookSecret);
}

function state(context: IHookFunctions): NodeState {
	return context.getWorkflowStaticData('node') as NodeState;
}

/** A query may hold a token. */
function withoutQuery(url: string): string {
	return url.replace(/\?.*$/s, '');
}
