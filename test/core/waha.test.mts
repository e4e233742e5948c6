import { randomUUID } from 'node:crypto';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BaileysTrigger } from '../../nodes/Baileys/BaileysTrigger.node.ts';
import { PREVIOUS_SECRET, SECRET } from '../support/inboxHub.mts';
import { createWorkflow, type TestWorkflow } from '../support/n8nCore.mts';
import { captureLog } from '../support/n8nLog.mts';
import { runHook } from '../support/n8nWebhook.mts';
import { WahaStandIn, type WahaWebhook } from '../support/waha.mts';

const THEIRS: WahaWebhook = {
	url: 'https://crm.example.com/hook?token=abc',
	events: ['message', 'session.status'],
	hmac: { key: 'secret-of-the-crm-0123' },
	retries: null,
	customHeaders: [{ name: 'X-Crm', value: 'yes' }],
	filters: [{ field: 'sender', operator: 'is', value: '1@c.us' }],
};

describe('our webhook on a WAHA session, in n8n-core', () => {
	let waha: WahaStandIn;
	let baseUrl: string;

	beforeEach(async () => {
		waha = new WahaStandIn([
			{
				name: 'default',
				status: 'WORKING',
				config: {
					metadata: { 'user.id': '123' },
					proxy: { server: 'localhost:3128', username: 'me', password: 'p4ss' },
					noweb: { store: { enabled: true, fullSync: false } },
					futureSetting: { some: ['thing'] },
					webhooks: [structuredClone(THEIRS)],
				},
			},
			{ name: 'fresh', status: 'STOPPED', config: null },
		]);
		baseUrl = await waha.start();
	});
	afterEach(async () => await waha.stop());

	/** A workflow of its own; `data` overrides fields of the credential, and may change later. */
	function workflow(
		parameters: INodeParameters = {},
		data: Record<string, string> = {},
		staticData: IDataObject = {},
	): { test: TestWorkflow; url: string; testUrl: string; credential: Record<string, string> } {
		const credential = {
			baseUrl,
			apiKey: waha.apiKey,
			webhookSecret: SECRET,
			previousWebhookSecret: '',
			...data,
		};
		const test = createWorkflow(
			{
				Trigger: {
					type: new BaileysTrigger(),
					parameters: {
						gateway: 'waha',
						events: ['whatsapp.message.received', 'whatsapp.message.read'],
						session: { __rl: true, mode: 'list', value: 'default' },
						options: {},
						...parameters,
					},
					credentials: ['realtimeWebhooksWahaApi'],
				},
			},
			{ realtimeWebhooksWahaApi: credential },
			{ id: randomUUID(), staticData },
		);
		const node = test.node('Trigger');
		node.webhookId = randomUUID();
		const path = node.webhookId;
		return {
			test,
			url: `https://n8n.example.com/webhook/${path}`,
			testUrl: `https://n8n.example.com/webhook-test/${path}`,
			credential,
		};
	}

	const publish = async ({ test }: { test: TestWorkflow }) => {
		if (!(await runHook(test, 'Trigger', 'checkExists'))) await runHook(test, 'Trigger', 'create');
	};
	const unpublish = async ({ test }: { test: TestWorkflow }) =>
		await runHook(test, 'Trigger', 'delete');
	const writes = () => waha.calls.filter(({ method }) => method === 'PUT').length;
	const urls = (session?: string) => waha.webhooks(session).map(({ url }) => url);

	test('is added to the others, signed and only for the chosen events, and taken away again', async () => {
		const before = structuredClone(waha.sessions);
		const live = workflow();
		await publish(live);
		expect(waha.sessions[0]?.config).toEqual({
			...before[0]?.config,
			webhooks: [
				THEIRS,
				{
					url: live.url,
					events: ['message', 'message.ack', 'message.ack.group'],
					hmac: { key: SECRET },
					retries: { policy: 'exponential', delaySeconds: 2, attempts: 12 },
				},
			],
		});
		await unpublish(live);
		expect(waha.sessions).toEqual(before);
	});

	test('WAHA restarts the session for a change, and for nothing else', async () => {
		const live = workflow();
		await publish(live);
		expect(waha.restarts).toEqual(['default']);
		await publish(live);
		// n8n lost its record, by an import for example: what is there already is as it should be.
		await publish({ test: live.test });
		delete live.test.workflow.staticData['node:Trigger'];
		await publish(live);
		expect(waha.restarts).toEqual(['default']);
		await unpublish(live);
		await unpublish(live);
		expect(waha.restarts).toEqual(['default', 'default']);
	});

	test('a session without any configuration', async () => {
		const live = workflow({ session: { __rl: true, mode: 'id', value: 'fresh' }, events: ['*'] });
		await publish(live);
		expect(waha.webhooks('fresh')).toMatchObject([{ url: live.url, events: ['*'] }]);
		await unpublish(live);
		expect(urls('fresh')).toEqual([]);
		expect(waha.restarts).toEqual([]);
	});

	test('listening for a test event adds a webhook beside the published one', async () => {
		const live = workflow();
		await publish(live);
		const listening = workflow();
		listening.test.node('Trigger').webhookId = live.test.node('Trigger').webhookId;
		const manual = { mode: 'manual', activation: 'manual' } as const;
		expect(await runHook(listening.test, 'Trigger', 'checkExists', manual)).toBe(false);
		await runHook(listening.test, 'Trigger', 'create', manual);
		expect(urls()).toEqual([THEIRS.url, live.url, live.testUrl]);
		await runHook(listening.test, 'Trigger', 'delete', manual);
		expect(urls()).toEqual([THEIRS.url, live.url]);
		expect(await runHook(live.test, 'Trigger', 'checkExists')).toBe(true);
	});

	test('two workflows that publish and unpublish at the same moment do not undo each other', async () => {
		const [one, two] = [workflow(), workflow()];
		waha.beforeChange = async () => await new Promise((resolve) => setImmediate(resolve));
		await Promise.all([publish(one), publish(two)]);
		expect(urls().sort()).toEqual([THEIRS.url, one.url, two.url].sort());
		await Promise.all([unpublish(one), publish(two)]);
		expect(urls()).toEqual([THEIRS.url, two.url]);
	});

	test('other events, once chosen, are asked for', async () => {
		const live = workflow();
		await publish(live);
		live.test.node('Trigger').parameters.events = ['whatsapp.message.sent'];
		expect(await runHook(live.test, 'Trigger', 'checkExists')).toBe(false);
		await publish(live);
		expect(waha.webhooks()).toMatchObject([THEIRS, { url: live.url, events: ['message.any'] }]);
	});

	test('a changed secret is set', async () => {
		const live = workflow({}, { webhookSecret: PREVIOUS_SECRET });
		await publish(live);
		live.credential.webhookSecret = SECRET;
		await publish(live);
		expect(waha.webhooks()).toMatchObject([THEIRS, { url: live.url, hmac: { key: SECRET } }]);
	});

	test('a moved n8n leaves nothing at its old address', async () => {
		const live = workflow();
		await publish(live);
		const moved = workflow({}, {}, live.test.workflow.staticData);
		await publish(moved);
		expect(urls()).toEqual([THEIRS.url, moved.url]);
		await unpublish(moved);
		expect(urls()).toEqual([THEIRS.url]);
	});

	test('a webhook that somebody removed comes back, and unpublishing without it changes nothing', async () => {
		const live = workflow();
		await publish(live);
		waha.webhooks().pop();
		await publish(live);
		expect(urls()).toEqual([THEIRS.url, live.url]);
		waha.webhooks().pop();
		const before = writes();
		const log = captureLog();
		await unpublish(live);
		log.stop();
		expect(writes()).toBe(before);
		expect(log.text()).toContain('default');
	});

	test('an older WAHA that refuses a newer event gets the others, and is left alone after that', async () => {
		waha.knownEvents.delete('message.ack.group');
		const live = workflow();
		await publish(live);
		expect(waha.webhooks().at(-1)?.events).toEqual(['message', 'message.ack']);
		const before = writes();
		await publish(live);
		expect(writes()).toBe(before);
	});

	test('what WAHA refuses otherwise is said in its words', async () => {
		waha.knownEvents.delete('message');
		await expect(publish(workflow())).rejects.toThrow(
			/WAHA could not change the webhooks of session default: it responded with 422 \(each value in .*events/,
		);
		expect(urls()).toEqual([THEIRS.url]);
	});

	test('secrets that are not shown are never overwritten with dots', async () => {
		waha.masksSecrets = true;
		const failure = await publish(workflow()).catch((error: Error) => error.message);
		expect(failure).toContain('the HMAC key of the webhook https://crm.example.com/hook,');
		expect(failure).toContain("'API Key'");
		expect(failure).not.toContain('token=abc');
		expect(writes()).toBe(0);
	});

	test('our own key that is not shown is taken for right', async () => {
		waha.webhooks().pop();
		const live = workflow();
		await publish(live);
		waha.masksSecrets = true;
		expect(await runHook(live.test, 'Trigger', 'checkExists')).toBe(true);
		await unpublish(live);
		expect(urls()).toEqual([]);
	});

	test('an answer that is not understood changes nothing', async () => {
		waha.faults.push({ status: 200, body: '<html>a login page</html>' });
		await expect(publish(workflow())).rejects.toThrow("Check 'Base URL'");
		expect(writes()).toBe(0);
	});

	test('a session that does not exist, or none at all', async () => {
		const gone = workflow({ session: { __rl: true, mode: 'id', value: 'gone' } });
		await expect(publish(gone)).rejects.toThrow(
			/could not read session gone: it responded with 404 \(Session not found\)\. Choose a session/,
		);
		const none = workflow({ session: { __rl: true, mode: 'list', value: '' } });
		await expect(publish(none)).rejects.toThrow("'Session' is empty");
	});

	test('a name cannot lead out of the path of its session', async () => {
		const odd = workflow({ session: { __rl: true, mode: 'id', value: '../../api/keys?x=' } });
		await expect(publish(odd)).rejects.toThrow('404');
		expect(waha.calls.map(({ path }) => path)).toEqual([
			`/api/sessions/${encodeURIComponent('../../api/keys?x=')}`,
		]);
	});

	test('without an API key nothing is called', async () => {
		const byHand = workflow({}, { apiKey: '' });
		await publish(byHand);
		await unpublish(byHand);
		expect(waha.calls).toEqual([]);
	});
});
