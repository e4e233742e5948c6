import { z } from 'zod';
import type { WebhookSlot, WebhookSlotApi } from '../../../../lib/registration/slotRegistration';
import type { ApiContext } from '../../../shared/providerApi';
import { callInboxHub } from './api';

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
export function sessionWebhook(context: ApiContext, session: string): WebhookSlotApi {
	const path = `/api/sessions/${encodeURIComponent(session)}`;
	const write = async (body: object): Promise<void> => {
		await callInboxHub(context, `set the webhook of session ${session}`, {
			method: 'PUT',
			url: `${path}/webhook`,
			body,
		});
	};
	return {
		async read(): Promise<WebhookSlot> {
			const body = await callInboxHub(context, `read session ${session}`, {
				method: 'GET',
				url: path,
			});
			const found = sessionBody.safeParse(body);
			if (!found.success) return { url: null };
			const { webhookUrl, webhookSecret } = found.data.data;
			return {
				url: webhookUrl || null,
				...(webhookSecret && !MASKED.test(webhookSecret) ? { rest: webhookSecret } : {}),
			};
		},
		take: async ({ url, secret }) => await write({ webhookUrl: url, webhookSecret: secret }),
		giveBack: async ({ url, rest }) =>
			await write({ webhookUrl: url, ...(rest === undefined ? {} : { webhookSecret: rest }) }),
	};
}
