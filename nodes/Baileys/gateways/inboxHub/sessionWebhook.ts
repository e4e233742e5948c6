import { z } from 'zod';
import type { IHookFunctions } from 'n8n-workflow';
import type { WebhookSlot, WebhookSlotApi } from '../../../../lib/registration/slotRegistration';
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
export function sessionWebhook(context: IHookFunctions, session: string): WebhookSlotApi {
	const path = `/api/sessions/${encodeURIComponent(session)}`;
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
				...(webhookSecret && !MASKED.test(webhookSecret) ? { secret: webhookSecret } : {}),
			};
		},

		async write({ url, secret }: WebhookSlot): Promise<void> {
			await callInboxHub(context, `set the webhook of session ${session}`, {
				method: 'PUT',
				url: `${path}/webhook`,
				body: { webhookUrl: url, ...(secret === undefined ? {} : { webhookSecret: secret }) },
			});
		},
	};
}
