import type { ILoadOptionsFunctions, INodeParameters } from 'n8n-workflow';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BaileysTrigger } from '../../nodes/Baileys/BaileysTrigger.node.ts';
import { deliver, InboxHubStandIn, receivedMessage, SECRET } from '../support/inboxHub.mts';
import {
	createWorkflow,
	deduplicateIn,
	requireFromN8n,
	type TestWorkflow,
} from '../support/n8nCore.mts';
import {
	memoryDeduplicator,
	runHook,
	serveWebhook,
	type WebhookHost,
} from '../support/n8nWebhook.mts';
import { deliverWaha, WahaStandIn, wahaMessage } from '../support/waha.mts';

const OTHER_SECRET = 'the-other-gateway-has-this';

let workflows = 0;

/** A node with a credential of both gateways, as a user leaves it who has tried both. */
function workflow(
	parameters: INodeParameters,
	{ inboxHub = {}, waha = {} }: { inboxHub?: object; waha?: object } = {},
	credentials = ['realtimeWebhooksInboxHubApi', 'realtimeWebhooksWahaApi'],
): TestWorkflow {
	return createWorkflow(
		{
			Trigger: {
				type: new BaileysTrigger(),
				parameters: { events: ['*'], options: {}, ...parameters },
				credentials,
			},
		},
		{
			realtimeWebhooksInboxHubApi: { webhookSecret: OTHER_SECRET, apiKey: '', ...inboxHub },
			realtimeWebhooksWahaApi: { webhookSecret: OTHER_SECRET, apiKey: '', ...waha },
		},
		{ id: `gateway-${(workflows += 1)}` },
	);
}

describe('the gateway of the Baileys Trigger, in n8n-core', () => {
	let host: WebhookHost | undefined;

	beforeAll(async () => await deduplicateIn(memoryDeduplicator()));
	afterEach(async () => await host?.close());

	const serve = async (test: TestWorkflow) => (host = await serveWebhook(test, 'Trigger'));

	test.each([
		['has none, from before there was a choice', {}],
		['chose Inbox Hub', { gateway: 'inboxHub' }],
	])(
		'a node that %s takes deliveries of Inbox Hub, by its credential',
		async (_name, parameters) => {
			const { url, executions } = await serve(
				workflow(parameters, { inboxHub: { webhookSecret: SECRET } }, [
					'realtimeWebhooksInboxHubApi',
				]),
			);
			expect((await deliver(url, receivedMessage())).status).toBe(200);
			expect(executions).toHaveLength(1);
			expect((await deliverWaha(url, wahaMessage('A1'))).status).toBe(401);
			expect(executions).toHaveLength(1);
		},
	);

	test('a node that chose a gateway of some later version takes nothing, and says so', async () => {
		const test = workflow({ gateway: 'someLaterOne' }, { inboxHub: { webhookSecret: SECRET } });
		const { url, executions } = await serve(test);
		expect((await deliver(url, receivedMessage())).status).toBe(503);
		expect(executions).toHaveLength(0);
		await expect(runHook(test, 'Trigger', 'checkExists')).rejects.toThrow();
	});

	test('a node that chose WAHA takes deliveries of WAHA, by its credential', async () => {
		const { url, executions } = await serve(
			workflow({ gateway: 'waha' }, { waha: { webhookSecret: SECRET } }),
		);
		expect((await deliverWaha(url, wahaMessage('A1'))).status).toBe(200);
		expect((await deliverWaha(url, wahaMessage('A1', {}, { event: 'message.any' }))).json).toEqual({
			duplicate: true,
			id: 'A1',
		});
		expect(executions).toHaveLength(1);
		expect((await deliver(url, receivedMessage())).status).toBe(401);
	});

	test.each([
		['inboxHub', 'realtimeWebhooksWahaApi', 'Inbox Hub API'],
		['waha', 'realtimeWebhooksInboxHubApi', 'WAHA API'],
	])('%s does not go live with a credential of the other', async (gateway, credential, label) => {
		await expect(
			runHook(workflow({ gateway }, {}, [credential]), 'Trigger', 'checkExists'),
		).rejects.toThrow(`no credential '${label}' is selected`);
	});

	test('a gateway’s credential is only used for that gateway', async () => {
		const empty = { webhookSecret: '', previousWebhookSecret: '' };
		await expect(
			runHook(workflow({ gateway: 'waha' }, { waha: empty }), 'Trigger', 'checkExists'),
		).rejects.toThrow("'Webhook Secret' is empty in the credential 'WAHA API'");
		await expect(
			runHook(workflow({}, { inboxHub: empty }), 'Trigger', 'checkExists'),
		).rejects.toThrow("'Webhook Secret' is empty in the credential 'Inbox Hub API'");
	});

	test('each gateway remembers as much as suits how it repeats', () => {
		const { properties } = new BaileysTrigger().description;
		const capacities = properties
			.filter(({ name }) => name === 'options')
			.map(({ options, displayOptions }) => [
				displayOptions?.show?.gateway,
				options?.find(({ name }) => name === 'deduplicationCapacity'),
			]);
		expect(capacities).toMatchObject([
			[['inboxHub'], { default: 1000 }],
			[['waha'], { default: 2000 }],
		]);
	});
});

describe('the choices of Session', () => {
	let hub: InboxHubStandIn;
	let waha: WahaStandIn;
	let addresses: { inboxHub: object; waha: object };

	beforeEach(async () => {
		const hook = { webhookUrl: null, webhookSecret: null };
		hub = new InboxHubStandIn([
			{ id: 93, sessionId: 'sales_1', sessionName: 'Sales', status: 'connected', ...hook },
		]);
		waha = new WahaStandIn([
			{ name: 'default', status: 'WORKING', config: null },
			{ name: 'support', status: 'STOPPED', config: null },
		]);
		addresses = {
			inboxHub: { baseUrl: await hub.start(), apiKey: hub.apiKey },
			waha: { baseUrl: await waha.start(), apiKey: waha.apiKey },
		};
	});
	afterEach(async () => {
		await hub.stop();
		await waha.stop();
	});

	/** As n8n asks when the list in the editor is opened. */
	async function choices(parameters: INodeParameters, filter?: string) {
		const test = workflow(parameters, addresses);
		const { LoadOptionsContext } = requireFromN8n('n8n-core') as {
			LoadOptionsContext: new (...args: unknown[]) => ILoadOptionsFunctions;
		};
		const node = test.node('Trigger');
		const extra = test.additionalData({ currentNodeParameters: node.parameters });
		const context = new LoadOptionsContext(test.workflow, node, extra, 'session');
		return await new BaileysTrigger().methods.listSearch.searchSessions.call(context, filter);
	}

	test('are those of Inbox Hub, by number', async () => {
		expect(await choices({})).toEqual({ results: [{ name: 'Sales (connected)', value: '93' }] });
		expect(waha.calls).toEqual([]);
	});

	test('are those of WAHA, by name, also those that are stopped', async () => {
		const stopped = { name: 'support (STOPPED)', value: 'support' };
		expect(await choices({ gateway: 'waha' })).toEqual({
			results: [{ name: 'default (WORKING)', value: 'default' }, stopped],
		});
		expect(await choices({ gateway: 'waha' }, 'SUPP')).toEqual({ results: [stopped] });
		expect(hub.calls).toEqual([]);
	});
});
