import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startStore, type Store } from '../../examples/kometia-store/store.mts';
import { CHECKOUT } from '../../scripts/support/paths.mts';
import { until } from '../../scripts/support/until.mts';
import { publishBaileys, type LiveWorkflow } from '../support/baileysWorkflow.mts';
import { exampleWorkflow, type ExampleChanges } from '../support/exampleWorkflow.mts';
import { valuesOf } from '../support/liveExamples.mts';
import { deliver, InboxHubStandIn, receivedMessage, SECRET } from '../support/inboxHub.mts';
import { outputOf, startTestN8n, type Execution, type TestN8n } from '../support/n8n.mts';
import { eventStoreCredential, nodeOf } from '../support/replayWorkflow.mts';
import { basicAuth, submitForm } from '../support/submitForm.mts';
import { triggerDraft } from '../support/triggerWorkflow.mts';
import { WebhookReceiver } from '../support/webhookReceiver.mts';
import { signers } from '../support/yape.mts';
import { NOTIFIER_TOKEN, YapeNotifierStandIn } from '../support/yapeNotifier.mts';

const PATIENCE_MS = 120_000;
const KOMETIA_KEY = 'sk_scheduled-key-that-must-not-be-shown';
const HOUR_MS = 3_600_000;

const NIGHTLY = 'replay-failed-orders-every-night.json';
const ON_DEMAND = 'replay-on-demand.json';
const YAPE = 'catch-up-after-an-outage-yape.json';
const INBOX_HUB = 'catch-up-after-an-outage-inbox-hub.json';

interface Credential {
	readonly id: string;
	readonly name: string;
}

let n8n: TestN8n;
let receiver: WebhookReceiver;
let store: Store;
let eventStore: Credential;

beforeAll(async () => {
	receiver = await WebhookReceiver.start();
	store = await startStore({ port: 0, apiKey: KOMETIA_KEY });
	n8n = await startTestN8n();
	// Its address outlives a restart of n8n.
	eventStore = await eventStoreCredential(n8n);
});
afterEach(() => {
	receiver.answers.clear();
	receiver.received.length = 0;
});
afterAll(async () => {
	await n8n?.close();
	await store?.close();
	await receiver?.close();
});

async function credential(type: string, data: Record<string, unknown>): Promise<Credential> {
	const name = `${type} ${randomUUID()}`;
	const { id } = await n8n.client.createCredential(name, type, data);
	return { id, name };
}

/** A request that starts a workflow in the place of its clock. */
const startedBy = (path: string) => ({
	...nodeOf('', 'n8n-nodes-base.webhook', 2.1, {
		httpMethod: 'POST',
		path,
		responseMode: 'onReceived',
	}),
	webhookId: path,
});

/** An example workflow that is published, started by requests. */
interface Scheduled {
	readonly workflowId: string;
	/** As its schedule would. */
	start(): Promise<void>;
	/** Starts it, and gives its execution when it has ended. */
	run(): Promise<Execution>;
	/** Newest first. */
	ended(): Promise<Execution[]>;
}

async function publish(
	file: string,
	clock: string,
	{ settings, ...changes }: ExampleChanges & { readonly settings?: Record<string, unknown> },
): Promise<Scheduled> {
	const path = randomUUID();
	const draft = exampleWorkflow(file, { ...changes, instead: { [clock]: startedBy(path) } });
	const { id: workflowId } = await n8n.createPublished(
		// Examples that run often save no run that succeeds; a test reads what it did.
		{ ...draft, settings: { ...draft.settings, saveDataSuccessExecution: 'all', ...settings } },
		path,
	);
	const ended = async () =>
		(await n8n.client.listExecutions({ workflowId })).filter(
			({ status }) => status !== 'new' && status !== 'running',
		);
	const start = async () => {
		const { status } = await fetch(n8n.client.webhookUrl(path), { method: 'POST' });
		expect(status).toBe(200);
	};
	return {
		workflowId,
		start,
		ended,
		run: async () => {
			const before = (await ended()).length;
			await start();
			const executions = await n8n.client.waitForExecutions(workflowId, before + 1, PATIENCE_MS);
			const [newest] = executions;
			if (newest === undefined) throw new Error('no execution');
			return newest;
		},
	};
}

/** The first item of a node's output. */
function itemOf(execution: Execution, node: string) {
	const failure = execution.data?.resultData.error;
	expect(failure?.message).toBeUndefined();
	return outputOf(execution, node)[0]?.json ?? {};
}

/** Makes executions older, as if their events had come in days ago. */
function makeOlder(executionIds: readonly string[], days: number): void {
	const database = new DatabaseSync(join(n8n.userFolder, '.n8n', 'database.sqlite'));
	database.exec('PRAGMA busy_timeout = 10000');
	const moved = (column: string) =>
		`${column} = strftime('%Y-%m-%d %H:%M:%f', ${column}, '-${days} day')`;
	const columns = ['createdAt', 'startedAt', 'stoppedAt'].map(moved).join(', ');
	for (const id of executionIds) {
		database.prepare(`UPDATE execution_entity SET ${columns} WHERE id = ?`).run(Number(id));
	}
	database.close();
}

test('n8n takes every example as it is, and publishes it with its credentials', async () => {
	const files = readdirSync(join(CHECKOUT, 'examples', 'workflows'));
	expect(files).toEqual(expect.arrayContaining([NIGHTLY, ON_DEMAND, YAPE, INBOX_HUB]));
	for (const file of [NIGHTLY, ON_DEMAND, YAPE, INBOX_HUB]) {
		const { id } = await n8n.client.createWorkflow(exampleWorkflow(file));
		const { nodes } = await n8n.client.getWorkflow(id);
		expect(nodes.some(({ type }) => type === 'n8n-nodes-base.stickyNote')).toBe(true);
	}
	const access = { baseUrl: 'http://127.0.0.1:9', webhookSecret: SECRET };
	const crypto = await credential('crypto', { hmacSecret: SECRET });
	const realtimeWebhooksYapeNotifierApi = await credential('realtimeWebhooksYapeNotifierApi', {
		...access,
		token: 'token',
	});
	const realtimeWebhooksInboxHubApi = await credential('realtimeWebhooksInboxHubApi', {
		...access,
		apiKey: 'key',
	});
	for (const [file, http] of [
		[NIGHTLY, {}],
		[YAPE, { realtimeWebhooksYapeNotifierApi }],
		[INBOX_HUB, { realtimeWebhooksInboxHubApi }],
	] as const) {
		const draft = exampleWorkflow(file, {
			credentialsOf: {
				eventHistory: { realtimeWebhooksN8nEventStoreApi: eventStore },
				httpRequest: http,
				crypto: { crypto },
			},
		});
		const { id } = await n8n.createPublished(draft);
		await until(`the clock of ${file} runs`, PATIENCE_MS, async () => {
			const { status } = await n8n.client.rest<{ status: string }>(
				'GET',
				`/workflows/${id}/publication-status`,
			);
			expect(status).not.toBe('failed');
			return status === 'published' ? true : undefined;
		});
		await n8n.client.unpublish(id);
	}
});

describe('every night, what failed yesterday', () => {
	const TRIGGER = 'Kometia Trigger';
	let orders: { id: string; path: string; credentials: Record<string, Credential> };

	const failing = [nodeOf('Fail', 'n8n-nodes-base.stopAndError', 1, { errorMessage: 'no stock' })];

	const draftOf = (following: ReturnType<typeof nodeOf>[], settings = {}) =>
		triggerDraft({
			type: 'kometiaTrigger',
			name: TRIGGER,
			path: orders.path,
			parameters: { events: '*', options: { lookupsPerMinute: 6000 } },
			credentials: orders.credentials,
			following,
			settings,
		});

	async function receive(id: string, type: string): Promise<string> {
		const before = (await n8n.client.listExecutions({ workflowId: orders.id })).length;
		const event = store.createEvent({ id, type, data: { id: `order_${id}`, total: '10.00' } });
		const { received } = await store.deliver(event, n8n.client.webhookUrl(orders.path));
		expect(received).toBe(true);
		const [newest] = await n8n.client.waitForExecutions(orders.id, before + 1);
		return newest?.id ?? '';
	}

	const schedule = async () =>
		await publish(NIGHTLY, 'Every Night at 4:30', {
			credentialsOf: { eventHistory: { realtimeWebhooksN8nEventStoreApi: eventStore } },
			parameters: { 'Send to Chat': { url: `${receiver.url}/chat` } },
			settings: { timezone: 'America/Lima' },
		});

	const summaries = async (nightly: Scheduled) =>
		(await nightly.ended()).map((execution) => itemOf(execution, 'Summary'));

	const orderIds = () =>
		receiver
			.of('/order')
			.map(({ body }) => String((JSON.parse(body) as { id: unknown }).id))
			.sort();

	test('runs again, once, also where two runs overlap and after n8n was restarted', async () => {
		const realtimeWebhooksKometiaApi = await credential('realtimeWebhooksKometiaApi', {
			baseUrl: store.baseUrl,
			apiKey: KOMETIA_KEY,
			urlSecret: '',
		});
		orders = { id: '', path: randomUUID(), credentials: { realtimeWebhooksKometiaApi } };
		orders.id = (await n8n.createPublished(draftOf(failing), orders.path)).id;
		const yesterday: string[] = [];
		for (const id of ['N1', 'N2', 'N3']) yesterday.push(await receive(id, 'order.created'));
		const product = await receive('P1', 'product.updated');
		const earlier = await receive('N0', 'order.created');
		await receive('N4', 'order.created');
		// What fails here is not saved: the summary must say so.
		const unsaved = triggerDraft({
			type: 'kometiaTrigger',
			name: TRIGGER,
			path: randomUUID(),
			parameters: { events: '*', options: {} },
			credentials: orders.credentials,
			settings: { saveDataErrorExecution: 'none' },
		});
		await n8n.createPublished(unsaved);
		makeOlder([...yesterday, product], 1);
		makeOlder([earlier], 2);

		// Since then the workflow was mended: it tells the order to somebody who is slow.
		const tell = nodeOf('Tell', 'n8n-nodes-base.httpRequest', 4.2, {
			method: 'POST',
			url: `${receiver.url}/order`,
			sendBody: true,
			specifyBody: 'json',
			jsonBody: '={{ JSON.stringify($json) }}',
			options: { timeout: 120_000 },
		});
		await n8n.client.updateWorkflow(orders.id, draftOf([tell]));
		const held: ServerResponse[] = [];
		receiver.answers.set('/order', (response) => held.push(response));

		const nightly = await schedule();
		await Promise.all([nightly.start(), nightly.start()]);
		await until('both runs are in the middle of a replay', PATIENCE_MS, async () => {
			const { workflowId } = nightly;
			const running = await n8n.client.listExecutions({ workflowId, status: 'running' });
			return running.length === 2 && held.length === 2 ? true : undefined;
		});
		receiver.answer('/order', 200);
		for (const response of held) response.end('ok');
		await until('both runs have ended', PATIENCE_MS, async () =>
			(await nightly.ended()).length === 2 ? true : undefined,
		);

		expect(orderIds()).toEqual(['N1', 'N2', 'N3']);
		const both = await summaries(nightly);
		const sum = (field: string) => both.reduce((total, one) => total + Number(one[field]), 0);
		expect(sum('replayed')).toBe(3);
		expect(sum('leftOut')).toBe(3);
		expect(sum('failedAgain')).toBe(0);
		const day = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Lima' });
		expect(both[0]).toMatchObject({
			day: day.format(Date.now() - 24 * HOUR_MS),
			gaps: 1,
			gapReasons: expect.stringMatching(/not_saved/),
		});
		const texts = receiver.of('/chat').map(({ body }) => String(JSON.parse(body).text));
		expect(texts).toHaveLength(2);
		for (const text of texts) {
			expect(text).toMatch(/^Failed orders of \d{4}-\d\d-\d\d: \d replayed, 0 failed again/);
			expect(text).toContain('not_saved');
			expect(text).not.toContain(KOMETIA_KEY);
		}

		// n8n's memory is gone, its store is not.
		await n8n.stop();
		await n8n.startAgain();
		await n8n.client.waitForWebhook(orders.path);
		const third = await schedule();
		const again = await third.run();
		expect(itemOf(again, 'Summary')).toMatchObject({ replayed: 0, leftOut: 3, failedAgain: 0 });
		expect(orderIds()).toEqual(['N1', 'N2', 'N3']);
	});

	test('sends a summary on a night without failures, and tells of those that fail again', async () => {
		receiver.answer('/order', 500);
		const failedAgain = await receive('A1', 'order.created');
		makeOlder([failedAgain], 1);
		const nightly = await schedule();
		const execution = await nightly.run();
		expect(itemOf(execution, 'Summary')).toMatchObject({ replayed: 0, failedAgain: 1 });
		const [chat] = receiver.of('/chat');
		expect(chat?.body).toContain('kometia.order.created A1: ');

		const all = await n8n.client.listExecutions({ workflowId: orders.id, includeData: false });
		makeOlder(
			all.map(({ id }) => id),
			5,
		);
		receiver.received.length = 0;
		const quiet = await (await schedule()).run();
		expect(itemOf(quiet, 'Summary')).toMatchObject({ replayed: 0, failedAgain: 0, leftOut: 0 });
		expect(receiver.of('/chat')).toHaveLength(1);
	});
});

describe('on demand, by a form', () => {
	const PERSON = { user: 'shop', password: 'a password for the form' };
	const authorization = basicAuth(PERSON);
	let live: LiveWorkflow;
	let formUrl: string;
	let workflowId: string;

	const submit = async (answers: readonly string[]) =>
		await submitForm(formUrl, answers, authorization);

	beforeAll(async () => {
		const fail = nodeOf('Fail', 'n8n-nodes-base.stopAndError', 1, { errorMessage: 'on purpose' });
		live = await publishBaileys(n8n, { following: [fail] });
		for (const whatsappMessageId of ['F1', 'F2']) {
			await deliver(live.url, receivedMessage({ whatsappMessageId }));
		}
		await n8n.client.waitForExecutions(live.workflow.id, 2);
		const httpBasicAuth = await credential('httpBasicAuth', PERSON);
		const draft = exampleWorkflow(ON_DEMAND, {
			credentialsOf: {
				formTrigger: { httpBasicAuth },
				eventHistory: { realtimeWebhooksN8nEventStoreApi: eventStore },
			},
		});
		const created = await n8n.createPublished({ ...draft, settings: { timezone: 'UTC' } });
		workflowId = created.id;
		const webhookId = draft.nodes.find(({ name }) => name === 'Replay Form')?.webhookId ?? '';
		formUrl = `${n8n.url}/form/${webhookId}`;
	});

	const replays = async () =>
		(await n8n.client.listExecutions({ workflowId: live.workflow.id })).filter(
			({ mode }) => mode === 'integrated',
		);

	const clock = (at: number) => new Date(at).toISOString().slice(0, 16).replace('T', ' ');
	const from = clock(Date.now() - HOUR_MS);

	test('nobody without the password sees it', async () => {
		await until('the form is live', PATIENCE_MS, async () =>
			(await fetch(formUrl)).status === 401 ? true : undefined,
		);
		const page = await fetch(formUrl, { headers: { authorization } });
		expect(page.status).toBe(200);
		const html = await page.text();
		for (const label of ['From', 'To', 'Event Types', 'Only Failed', 'Dry Run']) {
			expect(html).toContain(label);
		}
	});

	test('a dry run shows what would happen, and nothing happens', async () => {
		const page = await submit([from, '', 'whatsapp.*', 'Yes', 'Yes']);
		expect(page).toContain('Only tried: 2 would be replayed');
		expect(page).toMatch(/whatsapp\.message\.received F1 wouldReplay/);
		expect(await replays()).toEqual([]);
	});

	test('replays what came in between the two times, once', async () => {
		const { name, nodes, settings } = await n8n.client.getWorkflow(live.workflow.id);
		const [trigger] = nodes;
		if (trigger === undefined) throw new Error('no trigger');
		const mended = { name, nodes: [trigger], connections: {}, settings };
		await n8n.client.updateWorkflow(live.workflow.id, mended);
		const before = await submit(['2026-01-01 08:00', '2026-01-01 09:00', 'whatsapp.*', 'No', 'No']);
		expect(before).toContain('0 replayed');
		const page = await submit([from, clock(Date.now() + HOUR_MS), '', 'Yes', 'No']);
		expect(page).toContain('2 replayed');
		expect(page).toMatch(/F2 replayed/);
		expect(await replays()).toHaveLength(2);
		const again = await submit([from, '', 'whatsapp.*', 'Yes', 'No']);
		expect(again).toContain('0 replayed');
		expect(again).toContain('2 left out');
		expect(await replays()).toHaveLength(2);
	});

	test('a time that is none is told to the person', async () => {
		const page = await submit(['yesterday', '', '', 'Yes', 'No']);
		expect(page).toContain('Nothing was replayed');
		expect(page).toContain('is not a time');
		expect(JSON.stringify(await n8n.client.listExecutions({ workflowId }))).not.toContain(
			n8n.client.apiKey,
		);
	});
});

describe('after an outage, from Yape Notifier', () => {
	const YAPE_SECRET = 'a secret that phone and n8n share';
	const notifier = new YapeNotifierStandIn({ key: 'key', secret: 'secret' });
	afterAll(async () => await notifier.stop());

	test('brings in what never arrived, once', async () => {
		const server = await notifier.start();
		const realtimeWebhooksYapeNotifierApi = await credential('realtimeWebhooksYapeNotifierApi', {
			baseUrl: server,
			token: NOTIFIER_TOKEN,
			signatureScheme: 'hmac',
			webhookSecret: YAPE_SECRET,
			previousWebhookSecret: '',
		});
		const path = randomUUID();
		const payments = await n8n.createPublished(
			triggerDraft({
				type: 'yapeTrigger',
				name: 'Yape Trigger',
				path,
				parameters: { events: ['yape.payment.received'], options: {} },
				credentials: { realtimeWebhooksYapeNotifierApi },
			}),
			path,
		);
		const triggerUrl = n8n.client.webhookUrl(path);
		const post = async (record: object) => {
			const body = JSON.stringify(record);
			const headers = { 'content-type': 'application/json', ...signers.hmac(body, YAPE_SECRET) };
			return await (await fetch(triggerUrl, { method: 'POST', body, headers })).json();
		};
		const paymentsOf = async () =>
			(await n8n.client.waitForExecutions(payments.id))
				.flatMap((execution) => outputOf(execution, 'Yape Trigger'))
				.map(({ json }) => json as { id: string; data: { raw: { id: number } } })
				.reverse();

		const now = Date.now();
		const old = notifier.store('1.00', 'ANA', new Date(now - 100 * HOUR_MS));
		const records = ['2.00', '3.00', '4.00', '4.00', '5.00'].map((soles, index) =>
			notifier.store(soles, 'LUIS', new Date(now - HOUR_MS + index * 60_000)),
		);
		const [first, second, third, fourth, fifth] = records;
		if (first === undefined || third === undefined) throw new Error('no records');
		const broadcasts = records.map((record) => ({ ...record }));
		// The API tells more of a record than the broadcasts do.
		for (const record of records) {
			Object.assign(record, { android_user_id: 0, raw_json: { key: `0|yape|${record.id}` } });
		}
		Object.assign(fifth ?? {}, {
			body: '¡Aprovecha hasta 50 % en tu próxima compra!',
			amount: null,
		});
		expect(await post(broadcasts[0] ?? {})).toMatchObject({ message: /created/ });
		expect(await post(broadcasts[2] ?? {})).toMatchObject({ message: /created/ });
		await n8n.client.waitForExecutions(payments.id, 2);

		const crypto = await credential('crypto', { hmacSecret: YAPE_SECRET });
		const catchUp = async (signing = crypto) =>
			await publish(YAPE, 'Every 5 Minutes', {
				credentialsOf: {
					eventHistory: { realtimeWebhooksN8nEventStoreApi: eventStore },
					httpRequest: { realtimeWebhooksYapeNotifierApi },
					crypto: { crypto: signing },
				},
				parameters: {
					Settings: valuesOf(basename(YAPE, '.json'), 'Settings', { server, triggerUrl }),
				},
			});

		const wrong = await catchUp(await credential('crypto', { hmacSecret: 'another' }));
		const refused = await wrong.run();
		expect(refused.status).toBe('error');
		expect(refused.data?.resultData.error?.message).toContain('signature_mismatch');
		expect(await paymentsOf()).toHaveLength(2);

		const mended = await catchUp();
		await Promise.all([mended.start(), mended.start()]);
		await until('both have ended', PATIENCE_MS, async () =>
			(await mended.ended()).length === 2 ? true : undefined,
		);
		await n8n.client.waitForExecutions(payments.id, 4);
		const arrived = await paymentsOf();
		const ids = arrived.map(({ data }) => data.raw.id);
		expect(ids.slice(0, 2)).toEqual([first.id, third.id]);
		expect(ids.slice(2).sort()).toEqual([second?.id, fourth?.id]);
		expect(ids).not.toContain(old.id);
		const both = (await mended.ended()).map((execution) => itemOf(execution, 'Summary'));
		expect(both.reduce((sum, { broughtIn }) => sum + Number(broughtIn), 0)).toBe(2);
		expect(both.every(({ notWanted, refused: none }) => notWanted === 1 && none === 0)).toBe(true);

		// The server broadcasts one of them after all.
		expect(await post(broadcasts[3] ?? {})).toMatchObject({ notification: { is_duplicate: true } });
		const third_ = itemOf(await mended.run(), 'Summary');
		expect(third_).toMatchObject({ broughtIn: 0, alreadyThere: 0, notWanted: 1 });
		expect(await paymentsOf()).toHaveLength(4);
		expect(JSON.stringify(await mended.ended())).not.toContain(NOTIFIER_TOKEN);
		expect(JSON.stringify(await mended.ended())).not.toContain(YAPE_SECRET);
	});
});

describe('after an outage, from Inbox Hub', () => {
	const hub = new InboxHubStandIn([]);
	afterAll(async () => await hub.stop());

	test('brings in what never arrived, once', async () => {
		const server = await hub.start();
		hub.messagesPerPage = 2;
		const now = Date.now();
		const message = (whatsappMessageId: string, minutesAgo: number, fromMe = false) => ({
			id: minutesAgo,
			whatsappMessageId,
			chatId: '34600000000@s.whatsapp.net',
			from: '34600000000@s.whatsapp.net',
			to: '34911111111@s.whatsapp.net',
			fromMe,
			type: 'text',
			content: `¿Hola? ${whatsappMessageId} 🎉`,
			timestamp: new Date(now - minutesAgo * 60_000).toISOString(),
			status: 'received',
		});
		hub.messages.set('sales_1', [
			message('OLD', 60 * 30),
			message('IN-1', 50),
			message('OUT', 45, true),
			message('LOST-1', 40),
			message('LOST-2', 30),
			message('IN-2', 20),
			message('LOST-3', 10),
		]);
		const live = await publishBaileys(n8n);
		for (const whatsappMessageId of ['IN-1', 'IN-2']) {
			await deliver(live.url, receivedMessage({ whatsappMessageId }));
		}
		await n8n.client.waitForExecutions(live.workflow.id, 2);
		const realtimeWebhooksInboxHubApi = await credential('realtimeWebhooksInboxHubApi', {
			baseUrl: server,
			apiKey: hub.apiKey,
			webhookSecret: SECRET,
		});
		const crypto = await credential('crypto', { hmacSecret: SECRET });
		const catchUp = await publish(INBOX_HUB, 'Every 15 Minutes', {
			credentialsOf: {
				eventHistory: { realtimeWebhooksN8nEventStoreApi: eventStore },
				httpRequest: { realtimeWebhooksInboxHubApi },
				crypto: { crypto },
			},
			parameters: {
				Settings: valuesOf(basename(INBOX_HUB, '.json'), 'Settings', {
					server,
					session: 'sales_1',
					triggerUrl: live.url,
				}),
			},
		});
		const arrived = async () =>
			(await n8n.client.listExecutions({ workflowId: live.workflow.id }))
				.flatMap((execution) => outputOf(execution, 'Baileys Trigger'))
				.map(({ json }) => json)
				.reverse();

		const summary = itemOf(await catchUp.run(), 'Summary');
		expect(summary).toMatchObject({ broughtIn: 3, alreadyThere: 0, refused: 0 });
		await n8n.client.waitForExecutions(live.workflow.id, 5);
		const events = await arrived();
		expect(events.map(({ id }) => id).sort()).toEqual([
			'IN-1',
			'IN-2',
			'LOST-1',
			'LOST-2',
			'LOST-3',
		]);
		expect(events.find(({ id }) => id === 'LOST-2')).toMatchObject({
			source: '/inbox-hub/sales_1',
			type: 'whatsapp.message.received',
			verification: 'hmac-sha256',
			data: { text: '¿Hola? LOST-2 🎉', chatId: '34600000000@s.whatsapp.net' },
		});

		// The provider sends one of them after all, and the schedule goes on.
		const late = await deliver(live.url, receivedMessage({ whatsappMessageId: 'LOST-1' }));
		expect(late.json).toMatchObject({ duplicate: true });
		const again = await catchUp.run();
		expect(again.status).toBe('success');
		expect(outputOf(again, 'What Never Arrived')).toEqual([]);
		expect(await arrived()).toHaveLength(5);
	});
});
