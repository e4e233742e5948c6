import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BaileysTrigger } from '../../nodes/Baileys/BaileysTrigger.node.ts';
import { anyBody, anyHeaders, sendBytes } from '../support/anyRequest.mts';
import { receivedMessage, SECRET, sign } from '../support/inboxHub.mts';
import { createWorkflow, deduplicateIn } from '../support/n8nCore.mts';
import { memoryDeduplicator, serveWebhook, type WebhookHost } from '../support/n8nWebhook.mts';

describe('whatever is sent to the Baileys Trigger, in n8n-core', () => {
	let host: WebhookHost;

	beforeAll(async () => {
		await deduplicateIn(memoryDeduplicator());
		const workflow = createWorkflow(
			{
				Trigger: {
					type: new BaileysTrigger(),
					parameters: { events: ['*'], options: {} },
					credentials: ['realtimeWebhooksInboxHubApi'],
				},
			},
			{ realtimeWebhooksInboxHubApi: { webhookSecret: SECRET, previousWebhookSecret: '' } },
		);
		host = await serveWebhook(workflow, 'Trigger');
	});
	afterAll(async () => await host?.close());

	test('without the secret: never a 5xx, never an execution', async () => {
		await fc.assert(
			fc.asyncProperty(anyBody, anyHeaders, async (body, sent) => {
				const status = await sendBytes(host.url, sent, body);
				// 422 is n8n's own answer to a body that it cannot parse.
				expect([400, 401, 422]).toContain(status);
				expect(host.executions).toHaveLength(0);
			}),
			{ numRuns: 300 },
		);
	});

	test('with the secret: only a JSON object is an event, anything else is 400 and starts nothing', async () => {
		const notEvents = fc.oneof(
			fc.json(),
			fc.record({ event: fc.string(), data: fc.jsonValue() }).map((value) => JSON.stringify(value)),
			fc
				.record({
					event: fc.constantFrom('message.received', 'message', 'message.ack', 'message_status'),
					data: fc.record(
						{ message: fc.jsonValue(), id: fc.jsonValue(), ack: fc.jsonValue() },
						{ requiredKeys: [] },
					),
				})
				.map((value) => JSON.stringify(value)),
		);
		await fc.assert(
			fc.asyncProperty(notEvents, async (text) => {
				const before = host.executions.length;
				const body = Buffer.from(text);
				const headers = {
					'content-type': 'application/octet-stream',
					'x-webhook-signature': sign(body),
				};
				const status = await sendBytes(host.url, headers, body);
				const value: unknown = JSON.parse(text);
				const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
				// What has no word yet, or an odd form, comes as it is: nothing genuine may be lost.
				expect(status).toBe(isObject ? 200 : 400);
				const accepted = host.executions.length - before;
				expect(accepted).toBeLessThanOrEqual(isObject ? 1 : 0);
			}),
			{ numRuns: 200 },
		);
	});

	test('the same requests with the right signature do start executions', async () => {
		const before = host.executions.length;
		const body = Buffer.from(JSON.stringify(receivedMessage()));
		const headers = { 'content-type': 'application/json', 'x-webhook-signature': sign(body) };
		expect(await sendBytes(host.url, headers, body)).toBe(200);
		expect(host.executions).toHaveLength(before + 1);
	});
});
