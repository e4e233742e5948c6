import type { ILoadOptionsFunctions, INodeParameters } from 'n8n-workflow';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebhookSubscription } from '../../nodes/Subscription/WebhookSubscription.node.ts';
import { EvolutionStandIn, type WebhookRow } from '../support/evolutionApi.mts';
import {
	InboxHubStandIn,
	PREVIOUS_SECRET,
	SECRET,
	type StandInSession,
} from '../support/inboxHub.mts';
import { captureLog } from '../support/n8nLog.mts';
import { runAction, type ActionInput, type ActionOutcome } from '../support/runAction.mts';
import { WahaStandIn, type WahaWebhook } from '../support/waha.mts';

const OURS = 'https://n8n.example.com/webhook/ours';
const THEIR_SECRET = 'secret-of-the-crm-0123';
const TOKEN = 'token-of-the-crm';
const THEIRS = `https://crm.example.com/hook?token=${TOKEN}`;
const THEIRS_SHOWN = 'https://crm.example.com/hook?token=***';

const node = new WebhookSubscription();
let log: ReturnType<typeof captureLog>;

beforeEach(() => {
	log = captureLog();
});
afterEach(() => log.stop());

interface RunOptions {
	credential?: Record<string, string>;
	items?: object[];
	onError?: ActionInput['onError'];
	signal?: AbortSignal;
}

/** Runs the node at a gateway; nothing secret may be in what n8n stores or logs. */
async function runAt(
	gateway: string,
	credential: Record<string, string>,
	parameters: INodeParameters,
	{ items = [{}], onError, signal }: RunOptions = {},
): Promise<ActionOutcome> {
	const type = {
		inboxHub: 'realtimeWebhooksInboxHubApi',
		waha: 'realtimeWebhooksWahaApi',
		euAtendo: 'realtimeWebhooksEvolutionApi',
	}[gateway];
	const outcome = await runAction(node, {
		items: items.map((json) => ({ json: json as Record<string, string> })),
		parameters: {
			resource: 'gatewayWebhook',
			operation: 'register',
			gateway,
			targetsFrom: 'names',
			webhookUrl: OURS,
			...(gateway === 'inboxHub' ? {} : { events: ['whatsapp.message.received'] }),
			options: {},
			...parameters,
		},
		credentials: { [type ?? '']: credential },
		onError,
		signal,
	});
	const { apiKey = '', webhookSecret = '', previousWebhookSecret = '' } = credential;
	for (const secret of [apiKey, webhookSecret, previousWebhookSecret, THEIR_SECRET]) {
		if (secret === '') continue;
		expect(outcome.stored).not.toContain(secret);
		expect(log.text()).not.toContain(secret);
	}
	return outcome;
}

const jsonOf = ({ outputs }: ActionOutcome) => (outputs[0] ?? []).map(({ json }) => json);

describe('Inbox Hub sessions', () => {
	let hub: InboxHubStandIn;
	let baseUrl: string;

	const session = (id: number, webhook: Partial<StandInSession> = {}): StandInSession => ({
		id,
		sessionId: `sales_${id}`,
		sessionName: `Sales ${id}`,
		status: 'connected',
		webhookUrl: null,
		webhookSecret: null,
		...webhook,
	});

	async function serve(sessions: StandInSession[]): Promise<void> {
		hub = new InboxHubStandIn(sessions);
		baseUrl = await hub.start();
	}

	beforeEach(async () => {
		await serve([session(1), session(2, { webhookUrl: THEIRS, webhookSecret: THEIR_SECRET })]);
	});
	afterEach(async () => await hub.stop());

	const run = async (
		parameters: INodeParameters,
		{ credential = {}, ...options }: RunOptions = {},
	) =>
		await runAt(
			'inboxHub',
			{
				baseUrl,
				apiKey: hub.apiKey,
				webhookSecret: SECRET,
				previousWebhookSecret: PREVIOUS_SECRET,
				...credential,
			},
			parameters,
			options,
		);

	const writes = () => hub.calls.filter(({ method }) => method === 'PUT');
	const webhookOf = (id: number) => {
		const found = hub.sessions.find((one) => one.id === id);
		return [found?.webhookUrl, found?.webhookSecret];
	};

	const ours = { url: OURS, enabled: true, secret: 'current' };

	test('is registered once, and taken away once', async () => {
		const register = { targetNames: '1' };
		expect(jsonOf(await run(register))).toEqual([
			{
				operation: 'register',
				gateway: 'inboxHub',
				session: '1',
				result: 'added',
				changed: true,
				before: null,
				after: ours,
			},
		]);
		expect(webhookOf(1)).toEqual([OURS, SECRET]);
		expect(jsonOf(await run(register))).toMatchObject([
			{ result: 'unchanged', changed: false, before: ours, after: ours },
		]);
		expect(writes()).toHaveLength(1);
		const remove = { ...register, operation: 'remove', webhookToRemove: 'url' };
		expect(jsonOf(await run(remove))).toEqual([
			{
				operation: 'remove',
				gateway: 'inboxHub',
				session: '1',
				result: 'removed',
				changed: true,
				before: ours,
				after: null,
				removed: [ours],
			},
		]);
		expect(webhookOf(1)).toEqual([null, null]);
		expect(jsonOf(await run(remove))).toMatchObject([{ result: 'absent', changed: false }]);
		expect(writes()).toHaveLength(2);
	});

	test("somebody else's webhook is neither replaced nor removed unless that is asked for", async () => {
		const occupied = await run({ targetNames: '2' });
		expect(occupied.error?.message).toContain(`session 2 already delivers to ${THEIRS_SHOWN}`);
		expect(occupied.error?.message).toContain("'Replace Existing'");
		const left = await run({ targetNames: '2', operation: 'remove', webhookToRemove: 'url' });
		expect(jsonOf(left)).toMatchObject([
			{ result: 'foreign', changed: false, after: { url: THEIRS_SHOWN, secret: 'other' } },
		]);
		expect(left.stored).not.toContain(TOKEN);
		expect(webhookOf(2)).toEqual([THEIRS, THEIR_SECRET]);

		const replaced = await run({ targetNames: '2', options: { replaceExisting: true } });
		expect(replaced.stored).not.toContain(TOKEN);
		expect(jsonOf(replaced)).toMatchObject([
			{
				result: 'replaced',
				replaced: [{ url: THEIRS_SHOWN, secret: 'other' }],
				lost: [`the secret of ${THEIRS_SHOWN}`],
			},
		]);
		expect(webhookOf(2)).toEqual([OURS, SECRET]);
	});

	test('any webhook is removed where that is said, and what is lost is told', async () => {
		const outcome = await run({
			targetNames: '2',
			operation: 'remove',
			webhookToRemove: 'any',
			options: { showQuery: true },
		});
		expect(jsonOf(outcome)).toMatchObject([
			{ result: 'removed', removed: [{ url: THEIRS }], lost: [`the secret of ${THEIRS}`] },
		]);
		expect(webhookOf(2)).toEqual([null, null]);
	});

	test('an own former address is replaced, others stay protected', async () => {
		await hub.stop();
		await serve([
			session(1, { webhookUrl: 'https://old.example.com/webhook/ours', webhookSecret: SECRET }),
			session(2, { webhookUrl: THEIRS, webhookSecret: THEIR_SECRET }),
		]);
		const outcome = await run(
			{ targetNames: '1, 2', options: { formerUrls: 'https://old.example.com/*' } },
			{ onError: 'continueRegularOutput' },
		);
		expect(jsonOf(outcome)).toMatchObject([
			{ result: 'replaced', replaced: [{ secret: 'current' }] },
			{ error: { session: '2', message: expect.stringContaining('already delivers') as string } },
		]);
		expect(jsonOf(outcome)[0]).not.toHaveProperty('lost');
		expect(webhookOf(2)).toEqual([THEIRS, THEIR_SECRET]);
	});

	test('a secret that was rotated is found, and set', async () => {
		await hub.stop();
		await serve([session(1, { webhookUrl: OURS, webhookSecret: PREVIOUS_SECRET })]);
		expect(jsonOf(await run({ operation: 'get', targetNames: '1' }))).toEqual([
			{
				operation: 'get',
				gateway: 'inboxHub',
				session: '1',
				webhook: { ...ours, secret: 'previous' },
				registered: true,
			},
		]);
		expect(jsonOf(await run({ targetNames: '1' }))).toMatchObject([
			{
				result: 'updated',
				drift: 'its secret differs',
				before: { secret: 'previous' },
				after: { secret: 'current' },
			},
		]);
		expect(webhookOf(1)).toEqual([OURS, SECRET]);
	});

	test('a secret that is not told is written again, which is no change', async () => {
		hub.tellsSecrets = false;
		await run({ targetNames: '1' });
		const again = jsonOf(await run({ targetNames: '1' }));
		expect(again).toMatchObject([{ result: 'unchanged', before: { secret: 'notShown' } }]);
		expect(writes()).toHaveLength(2);
	});

	test('the sessions: all, from the list, by pattern, or by an expression that gives a list', async () => {
		const get = { operation: 'get', webhookUrl: '' };
		const sessions = async (parameters: INodeParameters, items?: object[]) =>
			jsonOf(await run({ ...get, ...parameters }, { items })).map((json) => json.session);
		expect(await sessions({ targetsFrom: 'all' })).toEqual(['1', '2']);
		expect(await sessions({ targetsFrom: 'list', targets: ['2', '1'] })).toEqual(['2', '1']);
		expect(await sessions({ targetNames: 'sales_2, Sales 1*' })).toEqual(['sales_2', '1']);
		const list = { targetsFrom: 'list', targets: '={{ $json.ids }}' };
		expect(await sessions(list, [{ ids: [2, 1] }, { ids: '1,2' }])).toEqual(['2', '1', '1', '2']);
	});

	test.each<[INodeParameters, string]>([
		[{ targetNames: '={{ "" }}' }, "'Sessions' is empty"],
		[{ targetNames: 'north-*' }, "no session that matches 'Sessions' (north-*)"],
		[{ targetsFrom: 'list', targets: '={{ [{ id: 1 }] }}' }, "'Sessions' contains an object"],
		[{ targetNames: '1', webhookUrl: ' ' }, "'Webhook URL' is empty"],
		[{ targetNames: '1', webhookUrl: 'n8n.example.com' }, "'Webhook URL' is not a valid URL"],
		[{ targetNames: '1', webhookUrl: 'http://n8n.example.com/x' }, 'does not start with https://'],
		[{ targetNames: '1', webhookUrl: 'https://192.168.1.7/x' }, 'is an internal address'],
		[{ targetNames: '1', operation: 'remove', webhookUrl: '={{ "" }}' }, "'Webhook URL' is empty"],
	])('%j is refused before anything is changed', async (parameters, words) => {
		const { error } = await run(parameters);
		expect(error?.message).toContain(words);
		expect(error?.context?.itemIndex).toBe(0);
		expect(writes()).toEqual([]);
	});

	test('what the credential lacks is named', async () => {
		const noKey = await run({ targetNames: '1' }, { credential: { apiKey: '' } });
		expect(noKey.error?.message).toContain("'API Key' is empty in the credential 'Inbox Hub API'");
		const noSecret = await run(
			{ targetNames: '1' },
			{ credential: { webhookSecret: '', previousWebhookSecret: '' } },
		);
		expect(noSecret.error?.message).toContain(
			"'Webhook Secret' is empty in the credential 'Inbox Hub API'",
		);
		const outcome = await run(
			{ targetNames: '1' },
			{ credential: { apiKey: '' }, onError: 'continueRegularOutput' },
		);
		expect(jsonOf(outcome)).toEqual([{ error: { message: noKey.error?.message } }]);
		expect(hub.calls).toEqual([]);
		const get = { operation: 'get', targetNames: '1' };
		expect((await run(get, { credential: { webhookSecret: '' } })).error).toBeUndefined();
	});

	test('a wrong key and a missing session say what to do; the others go on', async () => {
		const wrong = await run({ targetNames: '1' }, { credential: { apiKey: 'wrong-key-0123' } });
		expect(wrong.error?.message).toContain(
			"401 (API key required, MISSING_API_KEY). Check 'API Key'",
		);
		const outcome = await run({ targetNames: '4711, 1' }, { onError: 'continueRegularOutput' });
		const message =
			'Inbox Hub could not read session 4711: it responded with 404 (Session not found, SESSION_NOT_FOUND). Choose sessions that exist, by their numeric ID.';
		expect(jsonOf(outcome)).toMatchObject([
			{ error: { message, gateway: 'inboxHub', session: '4711' } },
			{ session: '1', result: 'added' },
		]);
		expect(outcome.outputs[0]?.map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 0 },
			{ item: 0 },
		]);
	});

	test('without Continue on Fail it stops at the first that fails, and tells how far it came', async () => {
		const options = { concurrency: 1 };
		const { error } = await run({ targetNames: '1, 4711, 2', options });
		expect(error?.message).toContain('session 4711');
		expect(error?.description).toContain('1 of 3 sessions are done');
		expect(hub.calls.some(({ path }) => path === '/api/sessions/2')).toBe(false);
	});

	test('429 and 5xx are tried again', async () => {
		hub.faults.push({ status: 429, headers: { 'retry-after': '1' } }, { status: 503 });
		expect(jsonOf(await run({ targetNames: '1' }))).toMatchObject([{ result: 'added' }]);
	});

	test('a gateway that does not recover is not asked about all the others', async () => {
		for (let fault = 0; fault < 1000; fault += 1) hub.faults.push({ status: 503 });
		const targetNames = Array.from({ length: 40 }, (_, index) => String(index + 1)).join();
		const outcome = await run(
			{ targetNames, options: { concurrency: 3 } },
			{ onError: 'continueRegularOutput' },
		);
		const messages = jsonOf(outcome).map(({ error }) => (error as { message: string }).message);
		expect(messages).toHaveLength(40);
		expect(messages[0]).toContain('it responded with 503');
		expect(messages[39]).toContain('was not called for session 40');
		// Three in a row, and the two that were under way by then, four times each.
		expect(hub.calls.length).toBeLessThanOrEqual(20);
	});

	test('an execution that is cancelled waits for nothing, and asks about no more', async () => {
		const stop = new AbortController();
		for (let fault = 0; fault < 1000; fault += 1) {
			hub.faults.push({ status: 429, headers: { 'retry-after': '15' } });
		}
		const targetNames = Array.from({ length: 40 }, (_, index) => String(index + 1)).join();
		const running = run({ targetNames }, { signal: stop.signal });
		await expect.poll(() => hub.calls.length).toBe(5);
		stop.abort();
		await running;
		expect(hub.calls).toHaveLength(5);
	});

	test('200 sessions at once: in order, a few at a time, and unchanged the second time', async () => {
		await hub.stop();
		await serve(Array.from({ length: 200 }, (_, index) => session(index + 1)));
		const first = jsonOf(await run({ targetsFrom: 'all' }));
		const ids = Array.from({ length: 200 }, (_, index) => String(index + 1));
		expect(first.map((json) => json.session)).toEqual(ids);
		expect(first.every(({ result }) => result === 'added')).toBe(true);
		expect(hub.sessions.every(({ webhookUrl }) => webhookUrl === OURS)).toBe(true);
		expect(hub.mostAtOnce).toBeLessThanOrEqual(5);
		const before = hub.calls.length;
		const second = jsonOf(await run({ targetsFrom: 'all' }));
		expect(second.every(({ changed }) => changed === false)).toBe(true);
		// Two pages of the list, and one look at each session.
		expect(hub.calls.length - before).toBe(202);
	});

	test('two orders for one session are carried out one after the other', async () => {
		const items = ['a', 'b', 'a'].map((path) => ({ url: `https://n8n.example.com/${path}` }));
		const outcome = await run(
			{ targetNames: '1', webhookUrl: '={{ $json.url }}', options: { replaceExisting: true } },
			{ items },
		);
		expect(jsonOf(outcome)).toMatchObject([
			{ result: 'added' },
			{ result: 'replaced', before: { url: items[0]?.url } },
			{ result: 'replaced', before: { url: items[1]?.url }, after: { url: items[2]?.url } },
		]);
		expect(outcome.outputs[0]?.map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 0 },
			{ item: 1 },
			{ item: 2 },
		]);
	});

	test('an answer that is not understood changes nothing', async () => {
		hub.faults.push({ status: 200, body: { hello: 'world' } });
		const { error } = await run({ targetNames: '1' });
		expect(error?.message).toContain('response contains no readable session');
		expect(writes()).toEqual([]);
	});

	test('the editor lists the sessions to choose from', async () => {
		const context = {
			getCurrentNodeParameter: () => 'inboxHub',
			getCredentials: async () => ({ baseUrl, apiKey: hub.apiKey }),
			getNode: () => ({ name: 'Node' }),
			helpers: {
				async httpRequestWithAuthentication(
					_type: string,
					request: { baseURL: string; url: string },
				) {
					const headers = { 'x-api-key': hub.apiKey };
					const response = await fetch(`${request.baseURL}${request.url}`, { headers });
					return { statusCode: response.status, headers: {}, body: await response.json() };
				},
			},
		} as unknown as ILoadOptionsFunctions;
		expect(await node.methods.loadOptions.getGatewayTargets.call(context)).toEqual([
			{ name: 'Sales 1 (connected)', value: '1' },
			{ name: 'Sales 2 (connected)', value: '2' },
		]);
	});
});

describe('Evolution API instances', () => {
	let server: EvolutionStandIn;
	let baseUrl: string;

	const theirs = (): WebhookRow => ({
		url: THEIRS,
		enabled: true,
		headers: { jwt_key: THEIR_SECRET, 'X-Crm': 'yes' },
		events: ['MESSAGES_UPSERT'],
		webhookByEvents: true,
		webhookBase64: true,
	});

	beforeEach(async () => {
		server = new EvolutionStandIn([{ name: 'shop1' }, { name: 'shop2', webhook: theirs() }]);
		baseUrl = await server.start();
	});
	afterEach(async () => await server.stop());

	const run = async (
		parameters: INodeParameters,
		{ credential = {}, ...options }: RunOptions = {},
	) =>
		await runAt(
			'euAtendo',
			{
				baseUrl,
				apiKey: server.apiKey,
				verification: 'jwt',
				headerName: '',
				webhookSecret: SECRET,
				previousWebhookSecret: '',
				...credential,
			},
			parameters,
			options,
		);
	const webhookOf = (name: string) => server.instance(name).webhook;
	const ours = {
		url: OURS,
		enabled: true,
		secret: 'current',
		events: ['MESSAGES_UPSERT'],
		byEvents: false,
		base64: false,
	};

	test('is registered, signed and for the chosen events, and switched off again', async () => {
		const register = { targetNames: 'shop1' };
		expect(jsonOf(await run(register))).toMatchObject([
			{ session: 'shop1', result: 'added', before: null, after: ours },
		]);
		expect(webhookOf('shop1')).toMatchObject({ url: OURS, headers: { jwt_key: SECRET } });
		expect(jsonOf(await run(register))).toMatchObject([{ result: 'unchanged' }]);
		expect(server.writes()).toHaveLength(1);
		const remove = { ...register, operation: 'remove', webhookToRemove: 'url' };
		expect(jsonOf(await run(remove))).toMatchObject([
			{ result: 'removed', after: { url: OURS, enabled: false, secret: 'none' } },
		]);
		expect(webhookOf('shop1')).toMatchObject({ enabled: false, headers: {} });
		expect(jsonOf(await run(remove))).toMatchObject([{ result: 'absent', changed: false }]);
		// One that is switched off has the place of nobody.
		const elsewhere = { ...register, webhookUrl: `${OURS}-2` };
		expect(jsonOf(await run(elsewhere))).toMatchObject([{ result: 'replaced', changed: true }]);
	});

	test('other events are subscribed, and told as a change', async () => {
		await run({ targetNames: 'shop1', events: ['*'] });
		const narrow = jsonOf(await run({ targetNames: 'shop1' }));
		expect(narrow).toMatchObject([
			{ result: 'updated', drift: 'its events differ', after: { events: ['MESSAGES_UPSERT'] } },
		]);
		const own = { targetNames: 'shop1', options: { eventNames: 'call, messages.upsert' } };
		expect(jsonOf(await run(own))).toMatchObject([
			{ after: { events: ['CALL', 'MESSAGES_UPSERT'] } },
		]);
		expect(jsonOf(await run(own))).toMatchObject([{ result: 'unchanged' }]);
		const none = await run({ targetNames: 'shop1', events: '={{ [] }}' });
		expect(none.error?.message).toContain("'Events' is empty");
	});

	test('events that an older server does not know are left out, each time without a change', async () => {
		server.events = ['MESSAGES_UPSERT', 'MESSAGES_UPDATE'];
		const edited = { targetNames: 'shop1', events: ['whatsapp.message.edited'] };
		expect(jsonOf(await run(edited))).toMatchObject([
			{ after: { events: ['MESSAGES_UPSERT', 'MESSAGES_UPDATE'] } },
		]);
		const again = jsonOf(await run(edited));
		expect(again).toMatchObject([{ result: 'unchanged', changed: false }]);
		expect(again[0]).not.toHaveProperty('drift');
	});

	test("somebody else's is protected, and its token not shown", async () => {
		const outcome = await run({ targetsFrom: 'all' }, { onError: 'continueRegularOutput' });
		expect(jsonOf(outcome)).toMatchObject([
			{ session: 'shop1', result: 'added' },
			{ error: { session: 'shop2' } },
		]);
		expect(outcome.stored).not.toContain(TOKEN);
		expect(webhookOf('shop2')).toEqual(theirs());
		const get = await run({ targetNames: 'shop2', operation: 'get', webhookUrl: OURS });
		expect(jsonOf(get)).toEqual([
			{
				operation: 'get',
				gateway: 'euAtendo',
				session: 'shop2',
				webhook: {
					url: THEIRS_SHOWN,
					enabled: true,
					secret: 'other',
					events: ['MESSAGES_UPSERT'],
					byEvents: true,
					base64: true,
				},
				registered: false,
			},
		]);
	});

	test('a secret in a header of its own, and one that no header can carry', async () => {
		const header = { verification: 'header', headerName: 'X-Token' };
		const done = await run({ targetNames: 'shop1' }, { credential: header });
		expect(jsonOf(done)).toMatchObject([{ after: { secret: 'current' } }]);
		expect(webhookOf('shop1')?.headers).toEqual({ 'X-Token': SECRET });
		const wrong = { ...header, headerName: 'not a name' };
		const { error } = await run({ targetNames: 'shop2' }, { credential: wrong });
		expect(error?.message).toContain("'Header Name'");
	});

	test('an instance that does not exist is an error, for each operation', async () => {
		for (const operation of ['get', 'register', 'remove']) {
			const { error } = await run({ targetNames: 'gone', operation, webhookToRemove: 'any' });
			expect(error?.message).toContain('The "gone" instance does not exist');
			expect(error?.message).toContain('Choose an instance that exists');
		}
		server.faults.push({ status: 404, body: { response: { message: ['Webhook not found'] } } });
		const none = await run({ targetNames: 'shop1', operation: 'get' });
		expect(jsonOf(none)).toMatchObject([{ webhook: null, registered: false }]);
	});

	test('a test address is registered, with a warning', async () => {
		const webhookUrl = 'https://n8n.example.com/webhook-test/ours';
		const outcome = await run({ targetNames: 'shop1', webhookUrl });
		expect(jsonOf(outcome)).toMatchObject([{ result: 'added' }]);
		expect(outcome.stored).toMatch(/"hints":\[\{"message":"'Webhook URL' is a test URL/);
	});

	test("n8n may be on the same machine; a server that can't be reached says so", async () => {
		const local = { targetNames: 'shop1', webhookUrl: 'http://127.0.0.1:5678/webhook/ours' };
		const outcome = await run(local);
		expect(jsonOf(outcome)).toMatchObject([{ result: 'added' }]);
		expect(outcome.stored).toContain('"hints":[],');
		await server.stop();
		const { error } = await run({ ...local, operation: 'get' });
		expect(error?.message).toContain('could not read the webhook of instance shop1: no response');
	});
});

describe('WAHA sessions', () => {
	let waha: WahaStandIn;
	let baseUrl: string;

	const theirs = (): WahaWebhook => ({
		url: THEIRS,
		events: ['message'],
		hmac: { key: THEIR_SECRET },
		customHeaders: [{ name: 'X-Crm', value: 'yes' }],
	});

	beforeEach(async () => {
		waha = new WahaStandIn([
			{ name: 'default', status: 'WORKING', config: { debug: true, webhooks: [theirs()] } },
			{ name: 'fresh', status: 'STOPPED', config: null },
		]);
		baseUrl = await waha.start();
	});
	afterEach(async () => await waha.stop());

	const run = async (
		parameters: INodeParameters,
		{ credential = {}, ...options }: RunOptions = {},
	) =>
		await runAt(
			'waha',
			{
				baseUrl,
				apiKey: waha.apiKey,
				webhookSecret: SECRET,
				previousWebhookSecret: '',
				...credential,
			},
			parameters,
			options,
		);
	const ours = { url: OURS, enabled: true, secret: 'current', events: ['message'] };

	test('stands beside the others, and restarts the session only for a change', async () => {
		const register = { targetsFrom: 'all' };
		expect(jsonOf(await run(register))).toMatchObject([
			{ session: 'default', result: 'added', before: null, after: ours },
			{ session: 'fresh', result: 'added', before: null, after: ours },
		]);
		expect(waha.webhooks('default')[0]).toEqual(theirs());
		expect(waha.sessions[0]?.config).toMatchObject({ debug: true });
		expect(jsonOf(await run(register)).every(({ changed }) => changed === false)).toBe(true);
		expect(waha.restarts).toEqual(['default']);
		expect(jsonOf(await run({ targetNames: 'default', operation: 'get' }))).toMatchObject([
			{ webhook: ours, registered: true, webhooks: [{ url: THEIRS_SHOWN, secret: 'other' }, ours] },
		]);
		const remove = { targetNames: 'default', operation: 'remove', webhookToRemove: 'url' };
		expect(jsonOf(await run(remove))).toMatchObject([{ result: 'removed', after: null }]);
		expect(jsonOf(await run(remove))).toMatchObject([{ result: 'foreign', changed: false }]);
		expect(waha.webhooks('default')).toEqual([theirs()]);
	});

	test('any webhook is removed with one change, where that is said', async () => {
		await run({ targetNames: 'default' });
		const outcome = await run({
			targetNames: 'default',
			operation: 'remove',
			webhookToRemove: 'any',
		});
		expect(jsonOf(outcome)).toMatchObject([
			{ result: 'removed', removed: [{}, {}], lost: [`the secret of ${THEIRS_SHOWN}`] },
		]);
		expect(waha.webhooks('default')).toEqual([]);
		expect(waha.restarts).toEqual(['default', 'default']);
		expect(outcome.stored).not.toContain(TOKEN);
	});

	test('former addresses make way, all of them', async () => {
		for (const path of ['a', 'b']) {
			await run({ targetNames: 'fresh', webhookUrl: `https://old.example.com/${path}` });
		}
		const options = { formerUrls: 'https://old.example.com/*' };
		expect(jsonOf(await run({ targetNames: 'fresh', options }))).toMatchObject([
			{ result: 'replaced', replaced: [{}, {}], after: ours },
		]);
		expect(waha.webhooks('fresh').map(({ url }) => url)).toEqual([OURS]);
	});

	test('secrets that WAHA does not show are not destroyed', async () => {
		waha.masksSecrets = true;
		const { error } = await run({ targetNames: 'default' });
		expect(error?.message).toContain('would destroy it. Nothing was changed');
		expect(waha.webhooks('default')).toEqual([theirs()]);
	});

	test("an event that WAHA does not know is said in WAHA's words", async () => {
		const options = { eventNames: 'message, no.such.event' };
		const { error } = await run({ targetNames: 'fresh', options });
		expect(error?.message).toContain('it responded with 422');
		expect(error?.message).toContain("Check 'Webhook URL', the events");
	});
});
