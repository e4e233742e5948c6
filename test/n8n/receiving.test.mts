import fc from 'fast-check';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anyBody, anyHeaders, sendBytes } from '../support/anyRequest.mts';
import {
	baileysDraft,
	createInboxHubCredential,
	publishBaileys,
	type LiveWorkflow,
} from '../support/baileysWorkflow.mts';
import {
	deliver,
	post,
	PREVIOUS_SECRET,
	receivedMessage,
	SECRET,
	sign,
} from '../support/inboxHub.mts';
import { DEFAULT_ISOLATES, startTestN8n, triggerOutput, type TestN8n } from '../support/n8n.mts';
import { publicationFailure } from '../support/triggerWorkflow.mts';

describe('Baileys Trigger in a real n8n', () => {
	let n8n: TestN8n;
	let live: LiveWorkflow;
	/** Executions that the tests so far have started; every other one is a mistake. */
	let started = 0;

	beforeAll(async () => {
		n8n = await startTestN8n({ env: DEFAULT_ISOLATES });
		live = await publishBaileys(n8n);
	});
	afterAll(async () => await n8n?.close());

	const executions = async () =>
		await n8n.client.listExecutions({ workflowId: live.workflow.id, includeData: false });

	async function expectAccepted(body: string, headers: Record<string, string>) {
		const answer = await post(live.url, body, headers);
		expect(answer).toMatchObject({ status: 200, json: { received: true } });
		started += 1;
		const ended = await n8n.client.waitForExecutions(live.workflow.id, started);
		expect(ended).toHaveLength(started);
		return { answer, execution: ended[0] };
	}

	async function expectRefused(
		body: string | Buffer,
		headers: Record<string, string>,
		reason: string,
		status = 401,
	) {
		const answer = await post(live.url, body, headers);
		expect(answer).toMatchObject({ status, json: { error: reason } });
		expect(await executions()).toHaveLength(started);
	}

	test('a signed message starts one execution with the exact envelope', async () => {
		const sent = receivedMessage({ whatsappMessageId: '3EB0AA' });
		const body = JSON.stringify(sent);
		const { answer, execution } = await expectAccepted(body, {
			'x-webhook-signature': sign(body),
			'x-webhook-event': 'message.received',
			'x-webhook-session': 'sales_1',
		});
		expect(answer.json).toEqual({ received: true, id: '3EB0AA' });
		expect(execution).toMatchObject({ status: 'success', mode: 'webhook' });
		expect(execution && triggerOutput(execution).map(({ json }) => json)).toEqual([
			{
				specversion: '1.0',
				id: '3EB0AA',
				source: '/inbox-hub/sales_1',
				type: 'whatsapp.message.received',
				subject: '34600000000@s.whatsapp.net',
				time: '2025-11-07T12:21:58.000Z',
				datacontenttype: 'application/json',
				verification: 'hmac-sha256',
				dedupekey: 'sales_1|whatsapp.message.received|3EB0AA',
				data: {
					messageId: '3EB0AA',
					session: 'sales_1',
					chatId: '34600000000@s.whatsapp.net',
					from: '34600000000@s.whatsapp.net',
					to: '34911111111@s.whatsapp.net',
					fromMe: false,
					isGroup: false,
					author: null,
					pushName: null,
					kind: 'text',
					text: 'Hola',
					media: null,
					quotedMessageId: null,
					timestamp: '2025-11-07T12:21:58.000Z',
					raw: sent,
				},
			},
		]);
	});

	test('a repeat is answered as a duplicate and costs no execution', async () => {
		const body = JSON.stringify(receivedMessage({ whatsappMessageId: '3EB0AA' }));
		const answer = await post(live.url, body, { 'x-webhook-signature': sign(body) });
		expect(answer).toMatchObject({ status: 200, json: { duplicate: true, id: '3EB0AA' } });
		expect(await executions()).toHaveLength(started);
	});

	test('what is not authentic is refused with its reason and starts nothing', async () => {
		const body = JSON.stringify(receivedMessage());
		const good = sign(body);
		const tampered = body.replace('Hola', 'Hole');
		await expectRefused(
			body,
			{ 'x-webhook-signature': sign(body, 'wrong-secret-0123456789') },
			'signature_mismatch',
		);
		await expectRefused(tampered, { 'x-webhook-signature': good }, 'signature_mismatch');
		await expectRefused(`${body} `, { 'x-webhook-signature': good }, 'signature_mismatch');
		await expectRefused(body, {}, 'signature_missing');
		await expectRefused(body, { 'x-webhook-signature': '' }, 'signature_missing');
	});

	test.each([
		['another algorithm', (hex: string) => `sha512=${hex}`],
		['a prefix twice', (hex: string) => `sha256=sha256=${hex}`],
		['an unknown prefix', (hex: string) => `anything=${hex}`],
		['a prefix alone', () => 'sha256='],
		['a digest too short', (hex: string) => `sha256=${hex.slice(2)}`],
		['a digest too long', (hex: string) => `sha256=${hex}00`],
		['base64', (hex: string) => Buffer.from(hex, 'hex').toString('base64')],
		['letters beyond hex', (hex: string) => `sha256=${hex.slice(2)}zz`],
	])('%s is no signature', async (_name, forge) => {
		const body = JSON.stringify(receivedMessage());
		const hex = sign(body).slice('sha256='.length);
		await expectRefused(body, { 'x-webhook-signature': forge(hex) }, 'signature_malformed');
	});

	test.each([
		['without prefix', (hex: string) => ({ 'x-webhook-signature': hex })],
		['in upper case', (hex: string) => ({ 'x-webhook-signature': `SHA256=${hex.toUpperCase()}` })],
		['in X-Signature', (hex: string) => ({ 'x-signature': `sha256=${hex}` })],
		[
			'beside one that does not match',
			(hex: string) => ({ 'x-webhook-signature': `sha256=${'0'.repeat(64)},sha256=${hex}` }),
		],
	])('a signature %s is accepted', async (_name, headers) => {
		const body = JSON.stringify(receivedMessage());
		await expectAccepted(body, headers(sign(body).slice('sha256='.length)));
	});

	test('the previous secret is accepted during a rotation', async () => {
		const body = JSON.stringify(receivedMessage());
		await expectAccepted(body, { 'x-webhook-signature': sign(body, PREVIOUS_SECRET) });
	});

	test('UTF-8 is signed and stored byte by byte', async () => {
		const text = '¿Llegó el pedido? 👩🏽‍🚀 ação – 你好';
		const body = JSON.stringify(receivedMessage({ content: text }));
		const { execution } = await expectAccepted(body, { 'x-webhook-signature': sign(body) });
		expect(execution && triggerOutput(execution)[0]?.json).toMatchObject({ data: { text } });
	});

	test('a gzip body is verified over its decompressed bytes', async () => {
		const body = JSON.stringify(receivedMessage({ content: 'comprimido' }));
		const answer = await post(live.url, gzipSync(body), {
			'content-encoding': 'gzip',
			'x-webhook-signature': sign(body),
		});
		expect(answer).toMatchObject({ status: 200, json: { received: true } });
		started += 1;
		await n8n.client.waitForExecutions(live.workflow.id, started);
	});

	test('a content type that n8n does not parse is read all the same', async () => {
		const body = JSON.stringify(receivedMessage());
		await expectAccepted(body, {
			'content-type': 'application/cloudevents+json',
			'x-webhook-signature': sign(body),
		});
	});

	test('a body of 5 MB is verified, stored and read back', async () => {
		const content = 'á'.repeat(2_600_000);
		const body = JSON.stringify(receivedMessage({ content }));
		const { execution } = await expectAccepted(body, { 'x-webhook-signature': sign(body) });
		const data = execution && triggerOutput(execution)[0]?.json.data;
		expect((data as { text: string }).text).toHaveLength(content.length);
	});

	test('broken JSON: 422 by n8n itself, 400 by the trigger, never an execution', async () => {
		const broken = '{"event":';
		const byN8n = await post(live.url, broken, { 'x-webhook-signature': sign(broken) });
		expect(byN8n.status).toBe(422);
		await expectRefused(
			broken,
			{ 'content-type': 'application/octet-stream', 'x-webhook-signature': sign(broken) },
			'body_malformed',
			400,
		);
	});

	test('a body that is no JSON object is refused', async () => {
		const answer = await deliver(live.url, JSON.stringify([{ event: 'message.received' }]));
		expect(answer).toMatchObject({
			status: 400,
			json: { error: 'body_malformed', detail: 'body: must be a JSON object' },
		});
		expect(await executions()).toHaveLength(started);
	});

	test('multipart and form bodies are refused, not crashed on', async () => {
		const form = await post(live.url, 'a=1', {
			'content-type': 'application/x-www-form-urlencoded',
			'x-webhook-signature': sign('a=1'),
		});
		expect(form).toMatchObject({ status: 400, json: { error: 'body_malformed' } });
		const multipart = '--b\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n--b--\r\n';
		await expectRefused(
			multipart,
			{
				'content-type': 'multipart/form-data; boundary=b',
				'x-webhook-signature': sign(multipart),
			},
			'body_malformed',
			400,
		);
	});

	test('whatever is sent without the secret: never a 5xx, never an execution', async () => {
		await fc.assert(
			fc.asyncProperty(anyBody, anyHeaders, async (body, headers) => {
				// 422 is n8n's own answer to a body that it cannot parse.
				expect([400, 401, 422]).toContain(await sendBytes(live.url, headers, body));
			}),
			{ numRuns: 60 },
		);
		expect(await executions()).toHaveLength(started);
	});

	test('no execution holds a secret or the request headers', async () => {
		const all = JSON.stringify(await n8n.client.listExecutions({ workflowId: live.workflow.id }));
		expect(all).not.toContain(SECRET);
		expect(all).not.toContain(PREVIOUS_SECRET);
		expect(all).not.toContain('x-webhook-signature');
		expect(n8n.log()).not.toContain(SECRET);
	});

	test('an event type that is not selected is answered 200 and starts nothing', async () => {
		const only = await publishBaileys(n8n, {
			parameters: { events: ['whatsapp.message.read'], options: {} },
		});
		const ignored = await deliver(only.url, receivedMessage());
		expect(ignored).toMatchObject({ status: 200, json: { ignored: true } });
		expect(ignored.json).toEqual({ ignored: true });
		const read = { event: 'message.ack', data: { sessionId: 's', messageId: 'M1', ack: 3 } };
		expect((await deliver(only.url, read)).json).toEqual({ received: true, id: 'M1/read' });
		expect(await n8n.client.waitForExecutions(only.workflow.id)).toHaveLength(1);
	});

	test('only allowed addresses may deliver', async () => {
		const elsewhere = await publishBaileys(n8n, {
			parameters: {
				events: ['*'],
				options: { allowedSourceAddresses: '170.83.242.18, 10.0.0.0/8' },
			},
		});
		const refused = await deliver(elsewhere.url, receivedMessage());
		expect(refused).toMatchObject({ status: 401, json: { error: 'source_address_not_allowed' } });
		const here = await publishBaileys(n8n, {
			parameters: { events: ['*'], options: { allowedSourceAddresses: '127.0.0.0/8, ::1' } },
		});
		expect((await deliver(here.url, receivedMessage())).status).toBe(200);
		expect(await n8n.client.waitForExecutions(here.workflow.id)).toHaveLength(1);
		expect(await n8n.client.listExecutions({ workflowId: elsewhere.workflow.id })).toHaveLength(0);
	});

	test('unverified events are accepted only where the user said so, and say so themselves', async () => {
		const open = await publishBaileys(n8n, {
			credential: null,
			parameters: { events: ['*'], options: { acceptUnverified: true } },
		});
		expect((await post(open.url, JSON.stringify(receivedMessage()))).status).toBe(200);
		const [execution] = await n8n.client.waitForExecutions(open.workflow.id);
		expect(execution && triggerOutput(execution)[0]?.json).toMatchObject({ verification: 'none' });
	});

	test('what could verify nothing does not go live, and says what to fill in', async () => {
		const noSecret = await createInboxHubCredential(n8n, {
			webhookSecret: ' ',
			previousWebhookSecret: '',
		});
		const badList = { events: ['*'], options: { allowedSourceAddresses: '170.83.242' } };
		const failures = await Promise.all([
			publicationFailure(n8n, baileysDraft('no-secret', noSecret)),
			publicationFailure(n8n, baileysDraft('no-credential', undefined)),
			publicationFailure(n8n, baileysDraft('bad-list', noSecret, { parameters: badList })),
		]);
		expect(failures).toEqual([
			expect.stringContaining("'Webhook Secret' is empty in the credential 'Inbox Hub API'"),
			expect.stringContaining("no credential 'Inbox Hub API' is selected"),
			expect.stringContaining("'Allowed Source Addresses' can't be read: \"170.83.242\""),
		]);
		expect((await deliver(n8n.client.webhookUrl('no-secret'), receivedMessage())).status).toBe(404);
	});

	test('where failed executions are not saved, the log says what a crash would lose', async () => {
		const credential = await createInboxHubCredential(n8n);
		const draft = baileysDraft('saves-no-failed', credential);
		const settings = { ...draft.settings, saveDataErrorExecution: 'none' };
		expect(n8n.log()).not.toContain('does not save failed executions');
		await n8n.createPublished({ ...draft, settings }, 'saves-no-failed');
		await expect
			.poll(() => n8n.log())
			.toContain(`The workflow '${draft.name}' does not save failed executions`);
	});

	test('a changed secret counts at once, a removed one no longer than two seconds', async () => {
		const other = await publishBaileys(n8n);
		const send = async (secret: string) => {
			const body = JSON.stringify(receivedMessage());
			return await post(other.url, body, { 'x-webhook-signature': sign(body, secret) });
		};
		expect((await send(SECRET)).status).toBe(200);
		const rotated = 'rotated-secret-0123456789';
		await n8n.client.updateCredential(other.credentialId, {
			webhookSecret: rotated,
			previousWebhookSecret: SECRET,
		});
		expect((await send(rotated)).status).toBe(200);
		expect((await send(SECRET)).status).toBe(200);

		await n8n.client.updateCredential(other.credentialId, { previousWebhookSecret: '' });
		await expect.poll(async () => (await send(SECRET)).status, { timeout: 60_000 }).toBe(401);

		await n8n.client.updateCredential(other.credentialId, { webhookSecret: '' });
		await expect.poll(async () => (await send(rotated)).status, { timeout: 60_000 }).toBe(503);
		const closed = await send(rotated);
		expect(closed.json).toEqual({ error: 'verification_unavailable' });
		expect(Number(closed.headers.get('retry-after'))).toBeGreaterThan(0);

		await n8n.client.updateCredential(other.credentialId, { webhookSecret: rotated });
		await expect.poll(async () => (await send(rotated)).status, { timeout: 60_000 }).toBe(200);
	});
});
