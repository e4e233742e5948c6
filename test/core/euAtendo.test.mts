import { randomUUID } from 'node:crypto';
import type { ILoadOptionsFunctions, INodeParameters, WorkflowActivateMode } from 'n8n-workflow';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { EuAtendoTrigger } from '../../nodes/EuAtendo/EuAtendoTrigger.node.ts';
import {
	bearer,
	deliverAs,
	EvolutionStandIn,
	frameOf,
	textMessage,
	type WebhookRow,
} from '../support/evolutionApi.mts';
import { post } from '../support/inboxHub.mts';
import { createWorkflow, deduplicateIn, type TestWorkflow } from '../support/n8nCore.mts';
import { captureLog } from '../support/n8nLog.mts';
import {
	memoryDeduplicator,
	runHook,
	serveWebhook,
	type WebhookHost,
} from '../support/n8nWebhook.mts';

const SECRET = 'a-secret-that-nobody-can-guess-0123';
const MINUTE_MS = 60_000;

const theirs = (): WebhookRow => ({
	url: 'https://crm.example.com/hook',
	enabled: true,
	headers: { jwt_key: 'key-of-the-crm' },
	events: ['MESSAGES_UPSERT'],
	webhookByEvents: false,
	webhookBase64: true,
});

let standIn: EvolutionStandIn;
let baseUrl: string;
let log: ReturnType<typeof captureLog>;
const hosts: WebhookHost[] = [];

beforeAll(async () => await deduplicateIn(memoryDeduplicator()));

beforeEach(async () => {
	log = captureLog();
	standIn = new EvolutionStandIn([
		{ name: 'shop1', webhook: theirs() },
		{ name: 'shop2' },
		{ name: 'sales' },
	]);
	baseUrl = await standIn.start();
});

afterEach(async () => {
	log.stop();
	await standIn.stop();
});

afterAll(async () => await Promise.all(hosts.map(async (host) => await host.close())));

function trigger(
	parameters: INodeParameters = {},
	credential: Record<string, string> = {},
): TestWorkflow {
	return createWorkflow(
		{
			Trigger: {
				type: new EuAtendoTrigger(),
				parameters: {
					scope: 'instance',
					instance: { __rl: true, mode: 'name', value: 'shop1' },
					events: ['whatsapp.message.received'],
					options: {},
					...parameters,
				},
				credentials: ['realtimeWebhooksEvolutionApi'],
			},
		},
		{
			realtimeWebhooksEvolutionApi: {
				baseUrl,
				apiKey: standIn.apiKey,
				verification: 'jwt',
				headerName: '',
				webhookSecret: SECRET,
				previousWebhookSecret: '',
				...credential,
			},
		},
		{ id: randomUUID() },
	);
}

const all = (instances: string, more: INodeParameters = {}) =>
	({ scope: 'all', instances, ...more }) satisfies INodeParameters;

const hook = async (
	workflow: TestWorkflow,
	method: 'checkExists' | 'create' | 'delete',
	activation: WorkflowActivateMode = 'activate',
) => await runHook(workflow, 'Trigger', method, { activation });

const webhookOf = (name: string) => standIn.instance(name).webhook;

const ourUrl = 'https://n8n.example.com/webhook/webhook-0';

async function serve(workflow: TestWorkflow): Promise<WebhookHost> {
	const host = await serveWebhook(workflow, 'Trigger');
	hosts.push(host);
	return host;
}

describe('what the server is told', () => {
	test('all of it, for one instance, with the secret to sign with', async () => {
		await hook(trigger(), 'create');
		expect(standIn.writes().map(({ path, body }) => ({ path, body }))).toEqual([
			{
				path: '/webhook/set/shop1',
				body: {
					webhook: {
						enabled: true,
						url: ourUrl,
						headers: { jwt_key: SECRET },
						byEvents: false,
						base64: false,
						events: ['MESSAGES_UPSERT'],
					},
				},
			},
		]);
		expect(webhookOf('shop2')).toBeNull();
	});

	test('a secret header, where the credential says so', async () => {
		await hook(trigger({}, { verification: 'header', headerName: ' X-Evo-Token ' }), 'create');
		expect(webhookOf('shop1')?.headers).toEqual({ 'X-Evo-Token': SECRET });
		await hook(trigger({}, { verification: 'header' }), 'create');
		expect(webhookOf('shop1')?.headers).toEqual({ 'X-Webhook-Token': SECRET });
	});

	test('all events as an empty list, so that the server adds all that it knows', async () => {
		await hook(trigger({ events: ['*'] }), 'create');
		expect(webhookOf('shop1')?.events).toEqual(standIn.events);
	});

	test('what it then delivers is accepted, signed or with the header', async () => {
		for (const verification of ['jwt', 'header']) {
			const workflow = trigger({}, { verification });
			await hook(workflow, 'create');
			const { url } = await serve(workflow);
			const row = webhookOf('shop1');
			if (row === null) throw new Error('nothing is registered');
			const answer = await deliverAs({ ...row, url }, textMessage(randomUUID()));
			expect(answer).toMatchObject({ status: 200, json: { received: true } });
		}
	});
});

describe('events that a version does not know', () => {
	const edits = { events: ['whatsapp.message.edited'] };

	test('are left out, and the log says which', async () => {
		standIn.events = ['MESSAGES_UPSERT', 'MESSAGES_UPDATE', 'CALL'];
		await hook(trigger(edits), 'create');
		expect(webhookOf('shop1')?.events).toEqual(['MESSAGES_UPSERT', 'MESSAGES_UPDATE']);
		expect(log.text()).toContain('does not know the events MESSAGES_EDITED, SEND_MESSAGE_UPDATE');
	});

	test('do not count as changed later', async () => {
		standIn.events = ['MESSAGES_UPSERT', 'MESSAGES_UPDATE'];
		const workflow = trigger(edits);
		await hook(workflow, 'create');
		expect(await hook(workflow, 'checkExists')).toBe(true);
	});

	test.each([
		[
			'by their places only',
			(places: readonly number[]) =>
				places.map((place) => `webhook.events[${place}] is not allowed`),
		],
		['in words that cannot be read', () => 'some events are wrong'],
	])('told %s', async (_name, words) => {
		standIn.events = ['MESSAGES_UPSERT', 'MESSAGES_UPDATE'];
		standIn.unknownEvents = words;
		await hook(trigger(edits), 'create');
		expect(webhookOf('shop1')?.events).toEqual(['MESSAGES_UPSERT', 'MESSAGES_UPDATE']);
	});

	test('where none is left, that is said and nothing is changed', async () => {
		standIn.events = ['CALL'];
		await expect(hook(trigger(), 'create')).rejects.toThrow(
			/knows none of the events.*MESSAGES_UPSERT.*'Events'/,
		);
		expect(webhookOf('shop1')).toEqual(theirs());
	});
});

describe('what the server refuses', () => {
	test.each([
		[401, "'API Key' in the credential 'Evolution API'"],
		[403, "'API Key' in the credential 'Evolution API'"],
		[404, 'an instance that exists'],
		[418, 'I am a teapot'],
	])('%i says what to do', async (status, words) => {
		const body = { status, response: { message: [['I am a teapot']] } };
		standIn.faults.push({ status: 200, body: theirs() }, { status, body });
		await expect(hook(trigger(), 'create')).rejects.toThrow(words);
	});

	test('another kind of 400 is told in its own words, and not tried again', async () => {
		const body = { response: { message: ['Invalid "url" property'] } };
		standIn.faults.push({ status: 200, body: theirs() }, { status: 400, body });
		await expect(hook(trigger(), 'create')).rejects.toThrow('Invalid "url" property');
		expect(standIn.writes()).toHaveLength(1);
	});

	test('an instance that does not exist is named', async () => {
		const instance = { __rl: true, mode: 'name', value: 'nowhere' };
		await expect(hook(trigger({ instance }), 'create')).rejects.toThrow(
			'The "nowhere" instance does not exist',
		);
	});

	test("an instance's own token is enough for this instance", async () => {
		await hook(trigger({}, { apiKey: 'token-of-shop1' }), 'create');
		expect(webhookOf('shop1')?.url).toBe(ourUrl);
	});

	test('no instance chosen', async () => {
		await expect(hook(trigger({ instance: '' }), 'create')).rejects.toThrow("'Instance'");
	});
});

describe('giving back', () => {
	test('restores every setting of what was there', async () => {
		const workflow = trigger();
		await hook(workflow, 'create');
		await hook(workflow, 'delete');
		expect(webhookOf('shop1')).toEqual(theirs());
	});

	test('restores one that was switched off as switched off', async () => {
		const off = { ...theirs(), enabled: false, events: [] };
		standIn.instance('shop1').webhook = { ...off };
		const workflow = trigger();
		await hook(workflow, 'create');
		expect(webhookOf('shop1')?.enabled).toBe(true);
		await hook(workflow, 'delete');
		expect(webhookOf('shop1')).toEqual(off);
	});

	test('switches ours off where there was none, and takes the secret out', async () => {
		const workflow = trigger({ instance: { __rl: true, mode: 'list', value: 'shop2' } });
		await hook(workflow, 'create');
		await hook(workflow, 'delete');
		expect(webhookOf('shop2')).toMatchObject({ enabled: false, events: [], headers: {} });
	});

	test.each<[string, Partial<WebhookRow>, string]>([
		['switched off', { enabled: false, events: [] }, 'it was turned off'],
		['by events', { webhookByEvents: true }, "it added the event's name to the URL"],
		['without our events', { events: ['CALL'] }, 'it left out events'],
		['with another secret', { headers: { jwt_key: 'x' } }, 'its secret was different'],
		['without a secret', { headers: null }, 'its secret was different'],
	])('ours, %s by somebody, is set again', async (_name, change, words) => {
		const workflow = trigger();
		await hook(workflow, 'create');
		expect(await hook(workflow, 'checkExists')).toBe(true);
		const row = webhookOf('shop1');
		if (row !== null) Object.assign(row, change);
		expect(await hook(workflow, 'checkExists')).toBe(false);
		await hook(workflow, 'create');
		expect(log.text()).toContain(words);
		expect(await hook(workflow, 'checkExists')).toBe(true);
		await hook(workflow, 'delete');
		expect(webhookOf('shop1')).toEqual(theirs());
	});
});

describe('one address for all instances', () => {
	test('registers on all that there are, and gives all back', async () => {
		const workflow = trigger(all('*'));
		await hook(workflow, 'create');
		const urls = standIn.instances.map(({ webhook }) => webhook?.url);
		expect(urls).toEqual([ourUrl, ourUrl, ourUrl]);
		expect(await hook(workflow, 'checkExists')).toBe(true);
		await hook(workflow, 'delete');
		expect(webhookOf('shop1')).toEqual(theirs());
		expect(webhookOf('shop2')?.enabled).toBe(false);
		expect(webhookOf('sales')?.enabled).toBe(false);
	});

	test('or on those that fit, or on those that are named', async () => {
		await hook(trigger(all('shop*')), 'create');
		expect(webhookOf('sales')).toBeNull();
		await hook(trigger(all('sales')), 'create');
		expect(webhookOf('sales')?.url).toBe(ourUrl);
		await expect(hook(trigger(all('north-*')), 'create')).rejects.toThrow(
			"no instance that matches 'Instances' (north-*)",
		);
	});

	test('a new instance joins, one that is gone or no longer fits leaves', async () => {
		const workflow = trigger(all('*'));
		await hook(workflow, 'create');
		const gone = standIn.instances.findIndex(({ name }) => name === 'sales');
		standIn.instances.splice(gone, 1, { name: 'shop3', token: 'x', webhook: null });
		expect(await hook(workflow, 'checkExists')).toBe(false);
		await hook(workflow, 'create', 'init');
		expect(webhookOf('shop3')?.url).toBe(ourUrl);
		expect(await hook(workflow, 'checkExists')).toBe(true);
		workflow.node('Trigger').parameters.instances = 'shop2, shop3';
		await hook(workflow, 'create');
		expect(webhookOf('shop1')).toEqual(theirs());
		await hook(workflow, 'delete');
		expect(
			standIn.instances.filter(({ webhook }) => webhook?.url === ourUrl && webhook.enabled),
		).toEqual([]);
	});

	test('where one of them fails, the others get back what they had', async () => {
		const workflow = trigger(all('shop1, nowhere'));
		await expect(hook(workflow, 'create')).rejects.toThrow('nowhere');
		expect(webhookOf('shop1')).toEqual(theirs());
		expect(workflow.workflow.getStaticData('node', workflow.node('Trigger'))).toEqual({});
	});

	test('takes events of those that fit, each with its own source', async () => {
		const host = await serve(trigger(all('shop*')));
		const send = async (instance: string) =>
			await post(host.url, JSON.stringify(textMessage('SAME-ID', 'Oi', instance)), {
				authorization: bearer(SECRET),
			});
		expect((await send('shop1')).json).toMatchObject({ received: true });
		expect((await send('shop2')).json).toMatchObject({ received: true });
		expect((await send('sales')).json).toEqual({ ignored: true });
		const sources = host.executions.map(
			({ data }) => data.resultData.runData.Trigger?.[0]?.data?.main?.[0]?.[0]?.json.source,
		);
		expect(sources).toEqual(['/evolution/shop1', '/evolution/shop2']);
	});
});

describe('receiving', () => {
	const send = async ({ url }: WebhookHost, body: object, authorization = bearer(SECRET)) =>
		await post(url, JSON.stringify(body), { authorization });

	test('one instance only, where one is chosen', async () => {
		const host = await serve(trigger());
		expect((await send(host, textMessage(randomUUID(), 'Oi', 'shop2'))).json).toEqual({
			ignored: true,
		});
		expect((await send(host, textMessage(randomUUID()))).json).toMatchObject({ received: true });
	});

	test.each([
		["'Instances'", all('={{ [].gone.join(",") }}')],
		["'Instances'", all('={{ null }}')],
		["'Instance'", { instance: { __rl: true, mode: 'name', value: '={{ [].gone.name }}' } }],
	])('%s that gives nothing accepts nothing, and does not go live', async (label, parameters) => {
		const workflow = trigger(parameters, { apiKey: '' });
		await expect(hook(workflow, 'checkExists')).rejects.toThrow(
			`${label} is empty. Check the expression`,
		);
		const host = await serve(workflow);
		const message = textMessage(randomUUID(), 'Oi', 'shop2');
		expect(await send(host, message)).toMatchObject({
			status: 503,
			json: { error: 'verification_unavailable' },
		});
		expect(log.text()).toContain(`${label} is empty. Check the expression`);
		expect(host.executions).toHaveLength(0);
		workflow.node('Trigger').parameters = { ...trigger(all('*')).node('Trigger').parameters };
		expect((await send(host, message)).json).toMatchObject({ received: true });
	});

	test('what the API sent and what the phone tells of it is one event', async () => {
		const host = await serve(trigger({ events: ['*'] }));
		const data = {
			message: { conversation: 'Oi' },
			key: { remoteJid: '55@s.whatsapp.net', fromMe: true, id: 'S1' },
		};
		expect((await send(host, frameOf('send.message', data))).json).toMatchObject({
			received: true,
		});
		expect((await send(host, frameOf('messages.upsert', data))).json).toEqual({
			duplicate: true,
			id: 'S1',
		});
	});

	test('the last retries carry a token that has ended, and are accepted by default', async () => {
		const host = await serve(trigger());
		const late = bearer(SECRET, { sentAt: new Date(Date.now() - 25 * MINUTE_MS) });
		expect((await send(host, textMessage(randomUUID()), late)).status).toBe(200);
	});

	test("'Token Leeway (Minutes)' decides how late is too late", async () => {
		const strict = await serve(trigger({ options: { tokenLeeway: 0 } }));
		const generous = await serve(trigger({ options: { tokenLeeway: 120 } }));
		const late = bearer(SECRET, { sentAt: new Date(Date.now() - 100 * MINUTE_MS) });
		const justEnded = bearer(SECRET, { sentAt: new Date(Date.now() - 11 * MINUTE_MS) });
		expect(await send(strict, textMessage('A'), justEnded)).toMatchObject({
			status: 401,
			json: { error: 'token_expired' },
		});
		expect((await send(strict, textMessage('A'))).status).toBe(200);
		expect((await send(generous, textMessage('A'), late)).status).toBe(200);
	});

	test.each(['={{ null }}', '={{ "" }}', '={{ [] }}'])(
		'where %s was to give the leeway, the default holds: no retry is refused for good',
		async (tokenLeeway) => {
			const host = await serve(trigger({ options: { tokenLeeway } }));
			const justEnded = bearer(SECRET, { sentAt: new Date(Date.now() - 11 * MINUTE_MS) });
			expect((await send(host, textMessage(randomUUID()), justEnded)).status).toBe(200);
		},
	);

	test('a token for another purpose is refused', async () => {
		const host = await serve(trigger());
		const token = bearer(SECRET, { claims: { action: 'login' } });
		expect((await send(host, textMessage('A'), token)).json).toEqual({
			error: 'signature_mismatch',
		});
	});
});

describe('a secret header that cannot work', () => {
	test.each([
		['a name with a space', { headerName: 'X Token' }, "'Header Name'"],
		['the header that becomes a token', { headerName: 'jwt_key' }, "'Header Name'"],
		['a header of the request itself', { headerName: 'Content-Type' }, "'Header Name'"],
		['a secret with an accent', { webhookSecret: 'contraseña-secreta' }, "'Webhook Secret'"],
		['a secret with a space', { webhookSecret: 'not a good one' }, "'Webhook Secret'"],
	])('%s does not go live', async (_name, credential, words) => {
		const workflow = trigger({}, { verification: 'header', ...credential });
		const failure = await hook(workflow, 'checkExists').then(
			() => '',
			(error: Error) => error.message,
		);
		expect(failure).toContain(words);
		if ('webhookSecret' in credential) expect(failure).not.toContain(credential.webhookSecret);
	});
});

describe("the choices of 'Instance'", () => {
	const search = async (answer: unknown, filter?: string) => {
		standIn.faults.push({ status: 200, body: answer });
		const context = {
			getNode: () => ({ name: 'Trigger' }),
			getCredentials: async () => ({ baseUrl }),
			helpers: {
				httpRequestWithAuthentication: async (_type: string, { url }: { url: string }) => {
					const response = await fetch(`${baseUrl}${url}`);
					return { statusCode: response.status, headers: {}, body: await response.json() };
				},
			},
		} as unknown as ILoadOptionsFunctions;
		const found = await new EuAtendoTrigger().methods.listSearch.searchInstances.call(
			context,
			filter,
		);
		return found.results;
	};

	test('as 2.x and 1.x list them, found by a part of the name', async () => {
		const rows = [
			{ name: 'shop1', connectionStatus: 'open' },
			{ instance: { instanceName: 'Sales', status: 'close' } },
			{ strange: true },
		];
		expect(await search(rows)).toEqual([
			{ name: 'shop1 (open)', value: 'shop1' },
			{ name: 'Sales (close)', value: 'Sales' },
		]);
		expect(await search(rows, 'sal')).toEqual([{ name: 'Sales (close)', value: 'Sales' }]);
		expect(await search({ message: 'none' })).toEqual([]);
	});
});
