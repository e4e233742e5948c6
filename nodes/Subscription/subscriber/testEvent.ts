import { randomUUID } from 'node:crypto';
import type { IExecuteFunctions } from 'n8n-workflow';

/** A CloudEvent that says of itself that it is a test. */
export function createTestEvent(context: IExecuteFunctions, subscriberId: string) {
	const { id } = context.getWorkflow();
	return {
		specversion: '1.0',
		id: randomUUID(),
		source: id === undefined ? '/n8n/webhook-subscription' : `/n8n/workflows/${id}`,
		type: 'webhook.test',
		subject: subscriberId,
		time: new Date().toISOString(),
		datacontenttype: 'application/json',
		data: {
			subscriberId,
			message: 'This is a test of your webhook. Nothing happened, and nothing is to be done.',
		},
	} as const;
}
