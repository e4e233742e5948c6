import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exampleWorkflow, type ExampleChanges } from '../support/exampleWorkflow.mts';
import {
	outputOf,
	startTestN8n,
	type Execution,
	type TestN8n,
	type Workflow,
	type WorkflowDraft,
} from '../support/n8n.mts';
import { triggerDraft } from '../support/triggerWorkflow.mts';

const CREDENTIAL = 'realtimeWebhooksSignedWebhookApi';
const SECRET = 'whsec_dGhlIHNlY3JldCBvZiB0aGUgdGVzdHM6IDMyIGI=';

interface Live {
	readonly workflow: Workflow;
	readonly url: string;
}

interface Answer {
	readonly status: number;
	readonly text: string;
}

let n8n: TestN8n;
let credential: { id: string; name: string };

beforeAll(async () => {
	n8n = await startTestN8n();
	const name = 'Signed Webhook';
	const { id } = await n8n.client.createCredential(name, CREDENTIAL, {
		secret: SECRET,
		previousSecret: '',
		verifyToken: 'a token for Meta',
	});
	credential = { id, name };
});
afterAll(async () => await n8n?.close());

async function publish(draft: WorkflowDraft, path: string): Promise<Live> {
	return {
		workflow: await n8n.createPublished(draft, path),
		url: n8n.client.webhookUrl(path),
	};
}

/** One of the examples, at a path of its own, with the credential of the tests. */
async function publishExample(file: string, changes: ExampleChanges = {}): Promise<Live> {
	const path = randomUUID();
	const draft = exampleWorkflow(file, {
		...changes,
		credentialsOf: { signedWebhookTrigger: { [CREDENTIAL]: credential }, ...changes.credentialsOf },
	});
	const nodes = draft.nodes.map((node) =>
		node.type.endsWith('signedWebhookTrigger') ? { ...node, webhookId: path } : node,
	);
	return await publish({ ...draft, nodes }, path);
}

async function publishTrigger(parameters: Record<string, unknown>): Promise<Live> {
	const path = randomUUID();
	const draft = triggerDraft({
		type: 'signedWebhookTrigger',
		name: 'Trigger',
		path,
		parameters: {
			events: '*',
			options: {},
			...parameters,
		} as WorkflowDraft['nodes'][0]['parameters'],
		credentials: { [CREDENTIAL]: credential },
	});
	return await publish(draft, path);
}

async function post(
	url: string,
	body: string | Buffer,
	headers: Record<string, string>,
): Promise<Answer> {
	const answer = await fetch(url, {
		method: 'POST',
		body: new Uint8Array(Buffer.from(body)),
		headers: { 'content-type': 'application/json', ...headers },
	});
	return { status: answer.status, text: await answer.text() };
}

const hex = (content: string | Buffer, secret = SECRET) =>
	createHmac('sha256', secret).update(content).digest('hex');

function stripeHeaders(body: string, at = new Date(), secret = SECRET) {
	const seconds = Math.floor(at.getTime() / 1000);
	return { 'stripe-signature': `t=${seconds},v1=${hex(`${seconds}.${body}`, secret)}` };
}

async function ended({ workflow }: Live, count: number): Promise<Execution[]> {
	const executions = await n8n.client.waitForExecutions(workflow.id, count);
	expect(executions).toHaveLength(count);
	return executions;
}

const jsonOf = (execution: Execution | undefined, node: string) =>
	execution === undefined ? [] : outputOf(execution, node).map(({ json }) => json);

describe('the examples', () => {
	test('a Stripe payment is fulfilled once, however often Stripe or a stranger sends it', async () => {
		const live = await publishExample('stripe-payment-once.json');
		const body = JSON.stringify({
			id: 'evt_1',
			object: 'event',
			type: 'checkout.session.completed',
			created: 1_790_000_000,
			data: { object: { id: 'cs_1', object: 'checkout.session', payment_status: 'paid' } },
		});
		expect(await post(live.url, body, stripeHeaders(body, new Date(), 'forged'))).toMatchObject({
			status: 401,
			text: '{"error":"signature_mismatch"}',
		});
		expect(await post(live.url, body, stripeHeaders(body))).toEqual({
			status: 200,
			text: '{"received":true,"id":"evt_1"}',
		});
		// Stripe signs each repeat anew.
		expect(await post(live.url, body, stripeHeaders(body, new Date(Date.now() - 9_000)))).toEqual({
			status: 200,
			text: '{"duplicate":true,"id":"evt_1"}',
		});
		const other = body.replace('checkout.session.completed', 'charge.updated');
		expect(await post(live.url, other, stripeHeaders(other))).toEqual({
			status: 200,
			text: '{"ignored":true}',
		});
		const [execution] = await ended(live, 1);
		expect(jsonOf(execution, 'Fulfill the Order')).toMatchObject([
			{
				type: 'stripe.checkout.session.completed',
				source: '/stripe',
				subject: 'cs_1',
				verification: 'hmac-sha256',
				matchedsecret: 'current',
				matchedsignature: 'v1',
			},
		]);
	});

	test('a GitHub push starts once, also under another delivery id', async () => {
		const live = await publishExample('github-push.json');
		const body = JSON.stringify({
			ref: 'refs/heads/main',
			repository: { full_name: 'octo/shop', default_branch: 'main' },
			pusher: { name: 'octocat' },
			commits: [{ message: 'Fix the price' }],
		});
		const send = async (delivery: string, event = 'push') =>
			await post(live.url, body, {
				'x-hub-signature-256': `sha256=${hex(body)}`,
				'x-github-event': event,
				'x-github-delivery': delivery,
			});
		expect(await send('d-1')).toEqual({ status: 200, text: '{"received":true,"id":"d-1"}' });
		expect(await send('d-1')).toMatchObject({ text: '{"duplicate":true,"id":"d-1"}' });
		expect(await send('d-2')).toMatchObject({ text: '{"duplicate":true,"id":"d-2"}' });
		const [execution] = await ended(live, 1);
		expect(jsonOf(execution, 'What Was Pushed')).toEqual([
			{ repository: 'octo/shop', pusher: 'octocat', commits: ['Fix the price'] },
		]);
	});

	test('more than ten refused deliveries are told, with what to do', async () => {
		const live = await publishExample('alert-refused-deliveries.json', {
			parameters: { 'Refused Deliveries': { options: { refusedInterval: 0.2 } } },
		});
		const body = '{"id":"evt_2"}';
		for (let count = 0; count < 12; count += 1) {
			const forged = await post(live.url, body, stripeHeaders(body, new Date(), 'forged'));
			expect(forged.status).toBe(401);
		}
		// The first one is told at once, the others when the time is over.
		const executions = await ended(live, 2);
		const told = executions.flatMap((execution) => jsonOf(execution, 'What to Tell'));
		expect(told).toHaveLength(1);
		expect(told[0]?.text).toMatch(/^11 deliveries were refused[^]*signature_mismatch \(11\): /);
		expect(executions.flatMap((each) => jsonOf(each, 'Too Few to Tell'))).toMatchObject([
			{ type: 'webhook.refused', data: { refused: 1 } },
		]);
	});

	test('an event goes from one n8n to another, once, and is the same event there', async () => {
		const receiver = await publishExample('n8n-to-n8n-receive.json');
		const name = 'Standard Webhooks';
		const { id } = await n8n.client.createCredential(name, 'realtimeWebhooksStandardWebhooksApi', {
			secret: SECRET,
			previousSecret: '',
			privateKey: '',
		});
		const path = randomUUID();
		const draft = exampleWorkflow('n8n-to-n8n-send.json', {
			credentialsOf: {
				webhookNotifier: { realtimeWebhooksStandardWebhooksApi: { id, name } },
			},
			parameters: {
				Deliver: {
					subscribers: `={{ [{ id: "other-n8n", url: "${receiver.url}", events: "*" }] }}`,
					options: { allowHttp: true, allowedPrivateAddresses: '127.0.0.1' },
				},
			},
			instead: {
				'Something Happens': {
					id: 'hook',
					type: 'n8n-nodes-base.webhook',
					typeVersion: 2.1,
					webhookId: path,
					parameters: { path, httpMethod: 'POST', responseMode: 'onReceived', options: {} },
				},
			},
		});
		const sender = await publish(draft, path);
		expect((await post(sender.url, '{}', {})).status).toBe(200);
		const [sent] = await ended(sender, 1);
		expect(jsonOf(sent, 'Deliver')).toHaveLength(1);
		const [received] = await ended(receiver, 1);
		expect(jsonOf(received, 'Handle the Event')).toMatchObject([
			{
				id: sent?.id,
				source: '/n8n/shop',
				type: 'order.approved',
				data: { orderId: 1001 },
				verification: 'hmac-sha256',
			},
		]);
	});
});

describe('Signed Webhook Trigger in a real n8n', () => {
	test("answers Meta's question by GET, and starts nothing for it", async () => {
		const live = await publishTrigger({ scheme: 'github' });
		const ask = async (token: string) => {
			const query = new URLSearchParams({
				'hub.mode': 'subscribe',
				'hub.challenge': '1158201444',
				'hub.verify_token': token,
			});
			const answer = await fetch(`${live.url}?${query}`);
			return { status: answer.status, text: await answer.text() };
		};
		// n8n registers GET after POST, which is all that was waited for.
		await expect
			.poll(async () => await ask('a token for Meta'), { timeout: 30_000 })
			.toEqual({ status: 200, text: '1158201444' });
		expect(await ask('another token')).toMatchObject({ status: 403 });
		expect((await fetch(live.url)).status).toBe(405);
		expect(await n8n.client.listExecutions({ workflowId: live.workflow.id })).toEqual([]);
	});

	test('hands over bytes as they came, verified', async () => {
		const live = await publishTrigger({
			scheme: 'custom',
			signatureHeader: 'X-Signature',
			signedContent: '{body}',
			eventTypePlace: 'header:X-Event',
		});
		const bytes = Buffer.from([0x25, 0x50, 0x44, 0x46, 0xff, 0x00, 0xfe]);
		const headers = {
			'content-type': 'application/pdf',
			'x-signature': hex(bytes),
			'x-event': 'invoice.rendered',
		};
		expect((await post(live.url, bytes, headers)).status).toBe(200);
		expect(await post(live.url, bytes, headers)).toMatchObject({
			text: expect.stringContaining('duplicate') as string,
		});
		const [execution] = await ended(live, 1);
		const [item] = execution === undefined ? [] : outputOf(execution, 'Trigger');
		expect(item).toMatchObject({
			json: { type: 'webhook.invoice.rendered' },
			binary: { data: { mimeType: 'application/pdf' } },
		});
	});

	test('hands over text and forms as they came', async () => {
		const live = await publishTrigger({
			scheme: 'custom',
			signatureHeader: 'X-Signature',
			signedContent: 'v0:{timestamp}:{body}',
			timestampPlace: 'header:X-Time',
		});
		const seconds = String(Math.floor(Date.now() / 1000));
		const send = async (body: string, type: string) =>
			await post(live.url, body, {
				'content-type': type,
				'x-time': seconds,
				'x-signature': hex(`v0:${seconds}:${body}`),
			});
		expect((await send('<order id="1"/>', 'application/xml')).status).toBe(200);
		expect((await send('a=1&b=2&b=3', 'application/x-www-form-urlencoded')).status).toBe(200);
		expect((await send('hello', 'text/plain')).status).toBe(200);
		const bodies = (await ended(live, 3)).map(
			(execution) => jsonOf(execution, 'Trigger')[0]?.data as { body?: unknown } | undefined,
		);
		expect(bodies.map((data) => data?.body)).toEqual(
			expect.arrayContaining(['<order id="1"/>', { a: '1', b: ['2', '3'] }, 'hello']),
		);
	});
});
