import { randomUUID } from 'node:crypto';
import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type WorkflowExecuteMode,
} from 'n8n-workflow';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { hmacVerdict, type WebhookSecrets } from '../../lib/receive/hmac.ts';
import type { Answer, Outcome } from '../../lib/receive/provider.ts';
import { passOnce } from '../../nodes/shared/webhook/passOnce.ts';
import { receiveWebhook } from '../../nodes/shared/webhook/receiveWebhook.ts';
import {
	eventsProperty,
	triggerOptionsProperty,
} from '../../nodes/shared/webhook/triggerProperties.ts';
import { webhookSecrets } from '../../nodes/shared/webhook/triggerSettings.ts';
import type { WebhookTrigger } from '../../nodes/shared/webhook/webhookTrigger.ts';
import { SECRET, sign } from '../support/inboxHub.mts';
import { createWorkflow, deduplicateIn } from '../support/n8nCore.mts';
import { memoryDeduplicator, serveWebhook, type WebhookHost } from '../support/n8nWebhook.mts';
import { WorkedBehind } from '../support/workedBehind.mts';

const CREDENTIAL = 'realtimeWebhooksInboxHubApi';

const eventOf = (id: string) => ({
	id,
	source: '/particular',
	type: 'particular.event',
	time: new Date(),
	dedupeKey: id,
	data: {},
	raw: id,
});

/** A trigger whose provider wants answers of its own. */
function triggerAnswering(answer: (outcome: Outcome) => Answer | undefined): INodeType {
	const trigger: WebhookTrigger<WebhookSecrets> = {
		provider: () => ({
			name: 'particular',
			verify: (delivery, settings) =>
				hmacVerdict('sha256', ['x-webhook-signature'], delivery, settings),
			identify: (body) => {
				const events = String(body).split('+').map(eventOf);
				return events.length > 1 ? { dedupeKey: String(body), events } : eventOf(String(body));
			},
			explainRefusal: () => 'the test knows why',
			answer,
		}),
		credential: { name: CREDENTIAL, label: 'Inbox Hub API', secretField: 'Webhook Secret' },
		deduplication: { windowHours: 1, capacity: 100 },
		settings: webhookSecrets,
	};
	const description: INodeTypeDescription = {
		displayName: 'Particular',
		name: 'particularTrigger',
		group: ['trigger'],
		version: 2,
		description: 'A trigger whose provider wants answers of its own',
		defaults: { name: 'Particular' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: CREDENTIAL }],
		webhooks: [
			{
				name: 'default',
				httpMethod: 'POST',
				responseMode: 'onReceived',
				responseData: '',
				isFullPath: true,
				path: '',
			},
		],
		properties: [eventsProperty([], ['*']), triggerOptionsProperty(trigger.deduplication)],
	};
	return {
		description,
		async webhook(this: IWebhookFunctions) {
			return await receiveWebhook(this, trigger);
		},
		async execute(this: IExecuteFunctions) {
			return await passOnce(this, trigger);
		},
	};
}

const xml = (status: number): Answer => ({
	status,
	headers: { 'content-type': 'text/xml' },
	body: '<Response/>',
});

describe("a provider's own answer", () => {
	const hosts: WebhookHost[] = [];
	let executions: WebhookHost['executions'] = [];

	beforeAll(async () => await deduplicateIn(memoryDeduplicator()));
	afterEach(async () => {
		await Promise.all(hosts.splice(0).map(async (host) => await host.close()));
	});

	const serve = async (
		answer: (outcome: Outcome) => Answer | undefined,
		{
			options = {},
			behind = new WorkedBehind(),
			store = async () => undefined as void,
			mode = 'webhook' as WorkflowExecuteMode,
		} = {},
	) => {
		const workflow = createWorkflow(
			{
				Trigger: {
					type: triggerAnswering(answer),
					parameters: { events: ['*'], options },
					credentials: [CREDENTIAL],
				},
				Behind: { type: behind },
			},
			{ [CREDENTIAL]: { webhookSecret: SECRET } },
			{
				id: randomUUID(),
				connections: { Trigger: { main: [[{ node: 'Behind', type: 'main', index: 0 }]] } },
			},
		);
		const host = await serveWebhook(workflow, 'Trigger', { store, mode });
		hosts.push(host);
		executions = host.executions;
		return async (event: string, signature?: string) => {
			const body = JSON.stringify(event);
			const answered = await fetch(host.url, {
				method: 'POST',
				body,
				headers: {
					'content-type': 'application/json',
					'x-webhook-signature': signature ?? sign(body),
				},
			});
			const type = answered.headers.get('content-type')?.split(';')[0];
			return { status: answered.status, type, text: await answered.text() };
		};
	};

	test.each(['whenStored', 'whenEnded'])('has its status and its own text (%s)', async (when) => {
		const send = await serve(({ kind }) => xml(kind === 'accepted' ? 202 : 208), {
			options: { answer: when },
		});
		const type = 'text/xml';
		expect(await send('A')).toEqual({ status: 202, type, text: '<Response/>' });
		expect(await send('A')).toEqual({ status: 208, type, text: '<Response/>' });
		expect(await send('B', 'sha256=00')).toEqual({ status: 208, type, text: '<Response/>' });
	});

	test.each(['whenStored', 'whenEnded'])('may be empty (%s)', async (when) => {
		const send = await serve(() => ({ status: 200, headers: {}, body: '' }), {
			options: { answer: when },
		});
		for (const event of ['A', 'A']) {
			expect(await send(event)).toEqual({ status: 200, type: 'text/plain', text: '' });
		}
	});

	test('is JSON with the type that the provider wants', async () => {
		const headers = { 'Content-Type': 'application/vnd.api+json' };
		const send = await serve(() => ({ status: 201, headers, body: { made: true } }));
		expect(await send('A')).toEqual({
			status: 201,
			type: 'application/vnd.api+json',
			text: '{"made":true}',
		});
	});

	test('does not hide that n8n could not store the event', async () => {
		let isFull = true;
		const send = await serve(() => xml(202), {
			store: async () => {
				if (isFull) throw new Error('the database is full');
			},
		});
		expect(await send('A')).toMatchObject({ status: 500, type: 'application/json' });
		isFull = false;
		expect(await send('A')).toMatchObject({ status: 202 });
	});

	test('does not hide that the workflow failed', async () => {
		const behind = new WorkedBehind();
		behind.failures = 1;
		const send = await serve(({ kind }) => xml(kind === 'accepted' ? 202 : 208), {
			behind,
			options: { answer: 'whenEnded' },
		});
		expect(await send('A')).toEqual({
			status: 500,
			type: 'application/json',
			text: '{"error":"workflow_failed"}',
		});
		expect(await send('A')).toMatchObject({ status: 202 });
		expect(await send('A')).toMatchObject({ status: 208 });
	});

	test('waits for the one workflow of several events, and gives all of them back', async () => {
		const behind = new WorkedBehind();
		behind.failures = 1;
		const send = await serve(() => undefined, { behind, options: { answer: 'whenEnded' } });
		expect(await send('A+B+C')).toMatchObject({ status: 500 });
		expect(await send('A+B+C')).toMatchObject({ status: 200, text: '{"received":true,"id":"A"}' });
		expect(await send('A+B+C')).toMatchObject({ text: '{"duplicate":true,"id":"A"}' });
		expect(behind.runs).toBe(2);
	});

	test("tells who listens for a test event the provider's own reason for a refusal", async () => {
		const send = await serve(() => undefined, { mode: 'manual' });
		expect(await send('A', 'sha256=00')).toMatchObject({ status: 401 });
		expect(executions[0]?.data.resultData.error).toMatchObject({
			description: expect.stringContaining('If it is genuine: the test knows why.'),
		});
	});
});
