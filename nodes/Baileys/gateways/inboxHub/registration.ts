import { NodeOperationError } from 'n8n-workflow';
import { z } from 'zod';
import type { WebhookSlot } from '../../../../lib/registration/slotRegistration';
import type { FoundWebhooks, WebhookAccountApi } from '../../../../lib/registration/webhookAccount';
import { chosenTarget } from '../../../shared/providerApi/chosenTarget';
import type { ApiContext } from '../../../shared/providerApi/providerApi';
import { slotTriggerRegistration } from '../../../shared/registration/slotTriggerRegistration';
import { callInboxHub, INBOX_HUB_CREDENTIAL, inboxHubAccount } from './api';

/** The part of a session that says where its events go; field names as in the API's documents. */
const sessionBody = z
	.object({
		data: z
			.object({ webhookUrl: z.string().nullish(), webhookSecret: z.string().nullish() })
			.passthrough(),
	})
	.passthrough();

/** A secret that is shown as dots is one that is not shown. */
const MASKED = /^[*•.xX]+$/;

/**
 * The webhook of one session: `GET /api/sessions/{id}` and `PUT /api/sessions/{id}/webhook`.
 *
 * @param session numeric id (or the text id, which the API's own client falls back to)
 */
export function sessionWebhook(context: ApiContext, session: string): WebhookAccountApi {
	const path = `/api/sessions/${encodeURIComponent(session)}`;
	const readWhat = `read session ${session}`;
	const ask = async () => {
		const body = await callInboxHub(context, readWhat, { method: 'GET', url: path });
		return sessionBody.safeParse(body).data?.data;
	};
	const write = async (body: object): Promise<void> => {
		await callInboxHub(context, `set the webhook of session ${session}`, {
			method: 'PUT',
			url: `${path}/webhook`,
			body,
		});
	};
	return {
		holdsMany: false,
		async read(): Promise<WebhookSlot> {
			const found = await ask();
			const secret = found && toldSecret(found.webhookSecret);
			return { url: found?.webhookUrl || null, ...(secret ? { rest: secret } : {}) };
		},
		async look(): Promise<FoundWebhooks> {
			const found = await ask();
			if (found === undefined) throw unreadable(context, readWhat);
			const { webhookUrl: url, webhookSecret } = found;
			if (!url) return { webhooks: [] };
			return { webhooks: [{ url, enabled: true, secret: toldSecret(webhookSecret) }] };
		},
		take: async ({ url, secret }) => await write({ webhookUrl: url, webhookSecret: secret }),
		giveBack: async ({ url, rest }) =>
			await write({ webhookUrl: url, ...(rest === undefined ? {} : { webhookSecret: rest }) }),
		clear: async () => await write({ webhookUrl: null, webhookSecret: null }),
	};
}

/** Undefined: there may be one, but it is not told. */
function toldSecret(secret: string | null | undefined): string | null | undefined {
	return secret && MASKED.test(secret) ? undefined : secret;
}

/** To go on would replace a webhook that was not seen. */
function unreadable(context: ApiContext, what: string): NodeOperationError {
	return new NodeOperationError(
		context.getNode(),
		`Inbox Hub could not ${what}: its response contains no readable session. Check 'Base URL' in the credential '${INBOX_HUB_CREDENTIAL.label}'.`,
	);
}

/** Registers the workflow's URL and secret on a session of Inbox Hub. */
export const inboxHubRegistration = slotTriggerRegistration({
	...inboxHubAccount,
	targets: (context) => [chosenTarget(context, 'session', 'Session', 'WhatsApp session')],
	api: sessionWebhook,
});
