import fc from 'fast-check';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BaileysTrigger } from '../../nodes/Baileys/BaileysTrigger.node.ts';
import { receivedMessage, SECRET, sign } from '../support/inboxHub.mts';
import { core, createWorkflow } from '../support/n8nCore.mts';
import { memoryDeduplicator, serveWebhook, type WebhookHost } from '../support/n8nWebhook.mts';

const TYPES = [
	'application/json',
	'application/json; charset=utf-8',
	'application/octet-stream',
	'text/plain',
	'application/x-www-form-urlencoded',
	'application/xml',
	'application/vnd.api+json',
	'multipart/mixed; boundary=x',
	'nonsense',
	'',
];

/** Posts exactly these bytes; gives the status of the answer. */
async function send(url: string, headers: Record<string, string>, body: Buffer): Promise<number> {
	return await new Promise((resolve, reject) => {
		const outgoing = request(url, { method: 'POST', headers }, (answer) => {
			answer.resume().once('end', () => resolve(answer.statusCode ?? 0));
		});
		outgoing.once('error', reject).end(body);
	});
}

describe('whatever is sent to the Baileys Trigger, in n8n-core', () => {
	let host: WebhookHost;

	beforeAll(async () => {
		await core.DataDeduplicationService.init(memoryDeduplicator());
		const workflow = createWorkflow(
			{
				Trigger: {
					type: new BaileysTrigger(),
					parameters: { events: ['*'], options: {} },
					credentials: ['inboxHubApi'],
				},
			},
			{ inboxHubApi: { webhookSecret: SECRET, previousWebhookSecret: '' } },
		);
		host = await serveWebhook(workflow, 'Trigger');
	});
	afterAll(async () => await host?.close());

	const bodies = fc.oneof(
		fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
		fc.json().map((json) => Buffer.from(json)),
		fc.constant(Buffer.from(JSON.stringify(receivedMessage()))),
	);
	const token = fc.stringMatching(/^[a-zA-Z0-9=,;._ -]{0,100}$/);
	const signatures = fc.oneof(
		token,
		fc.stringMatching(/^(sha256=|SHA256=|sha512=)?[0-9a-fA-F]{60,68}$/),
		bodies.map((body) => sign(body, 'not the secret')),
	);
	const headers = fc.record(
		{
			'content-type': fc.constantFrom(...TYPES),
			'x-webhook-signature': signatures,
			'x-signature': signatures,
			'x-webhook-event': token,
			'x-webhook-timestamp': token,
			'x-forwarded-for': token,
		},
		{ requiredKeys: [] },
	);

	test('without the secret: never a 5xx, never an execution', async () => {
		await fc.assert(
			fc.asyncProperty(bodies, headers, async (body, sent) => {
				const status = await send(host.url, sent, body);
				// 422 is n8n's own answer to a body that it cannot parse.
				expect([400, 401, 422]).toContain(status);
				expect(host.executions).toHaveLength(0);
			}),
			{ numRuns: 600 },
		);
	});

	test('with the secret: a body that is no event is 400, never a 5xx, never an execution', async () => {
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
				const status = await send(host.url, headers, body);
				expect([200, 400]).toContain(status);
				// Anything with an event name may be an event that has no word yet; nothing else is.
				const accepted = host.executions.length - before;
				if (accepted > 0) expect(JSON.parse(text)).toHaveProperty('event');
				expect(status === 400 ? accepted : 0).toBe(0);
			}),
			{ numRuns: 400 },
		);
	});

	test('the same requests with the right signature do start executions', async () => {
		const before = host.executions.length;
		const body = Buffer.from(JSON.stringify(receivedMessage()));
		const headers = { 'content-type': 'application/json', 'x-webhook-signature': sign(body) };
		expect(await send(host.url, headers, body)).toBe(200);
		expect(host.executions).toHaveLength(before + 1);
	});
});
