import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type {
	ICredentialDataDecryptedObject,
	ICredentialTestFunctions,
	ICredentialType,
	INodeType,
} from 'n8n-workflow';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EvolutionApi } from '../../credentials/EvolutionApi.credentials.ts';
import { InboxHubApi } from '../../credentials/InboxHubApi.credentials.ts';
import { WahaApi } from '../../credentials/WahaApi.credentials.ts';
import { YapeNotifierApi } from '../../credentials/YapeNotifierApi.credentials.ts';
import { BaileysTrigger } from '../../nodes/Baileys/BaileysTrigger.node.ts';
import { EuAtendoTrigger } from '../../nodes/EuAtendo/EuAtendoTrigger.node.ts';
import { RealtimeTrigger } from '../../nodes/Realtime/RealtimeTrigger.node.ts';
import { WebhookSubscription } from '../../nodes/Subscription/WebhookSubscription.node.ts';
import { YapeTrigger } from '../../nodes/Yape/YapeTrigger.node.ts';
import { freePorts } from '../../scripts/support/ports.mts';
import { core } from '../support/n8nCore.mts';

const SECRET = 'webhook-secret-0123456789-abcdef';
const KEY = 'key-that-must-not-be-shown';

/** What a server inside of n8n's network says, and nobody outside is to read. */
const WORDS = 'internal-page-1234';

interface Kind {
	readonly type: ICredentialType;
	/** All nodes that list it; n8n takes the test of whichever it finds first. */
	readonly nodes: readonly INodeType[];
	readonly label: string;
	readonly field: 'apiKey' | 'token';
	readonly keyField: string;
	/** The one request, and what signs it in. */
	readonly path: string;
	readonly header: readonly [name: string, value: string];
}

const subscription = new WebhookSubscription();
const baileys = new BaileysTrigger();

const KINDS: readonly Kind[] = [
	{
		type: new InboxHubApi(),
		nodes: [baileys, subscription],
		label: 'Inbox Hub',
		field: 'apiKey',
		keyField: 'API Key',
		path: '/api/sessions?limit=1',
		header: ['x-api-key', KEY],
	},
	{
		type: new WahaApi(),
		nodes: [baileys, subscription],
		label: 'WAHA',
		field: 'apiKey',
		keyField: 'API Key',
		path: '/api/sessions',
		header: ['x-api-key', KEY],
	},
	{
		type: new EvolutionApi(),
		nodes: [new EuAtendoTrigger(), subscription],
		label: 'Evolution API',
		field: 'apiKey',
		keyField: 'API Key',
		path: '/instance/fetchInstances',
		header: ['apikey', KEY],
	},
	{
		type: new YapeNotifierApi(),
		nodes: [new YapeTrigger(), new RealtimeTrigger()],
		label: 'Yape Notifier',
		field: 'token',
		keyField: 'Token',
		path: '/api/me',
		header: ['authorization', `Bearer ${KEY}`],
	},
];

const closers: Array<() => unknown> = [];
afterEach(async () => {
	for (const close of closers.splice(0)) await close();
});

let deadPort: number;
beforeAll(async () => void ([deadPort = 0] = await freePorts(1)));

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A server, and all that it was asked. */
async function serve(
	answer: Handler,
): Promise<{ readonly url: string; readonly asked: IncomingMessage[] }> {
	const asked: IncomingMessage[] = [];
	const server = createServer((request, response) => {
		asked.push(request);
		answer(request, response);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	closers.push(() => {
		server.closeAllConnections();
		server.close();
	});
	return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const answering = async (status: number, headers: Record<string, string> = {}) =>
	await serve((_request, response) =>
		response.writeHead(status, WORDS, { 'content-type': 'text/plain', ...headers }).end(WORDS),
	);

/** The test that a node names for a credential, as n8n finds it. */
function testIn(node: INodeType, { name }: ICredentialType) {
	const { testedBy } = node.description.credentials?.find((listed) => listed.name === name) ?? {};
	return typeof testedBy === 'string' ? node.methods?.credentialTest?.[testedBy] : undefined;
}

async function outcome(
	{ type, nodes }: Kind,
	data: ICredentialDataDecryptedObject,
	context: ICredentialTestFunctions = new core.CredentialTestContext(),
) {
	const [node] = nodes;
	const test = node === undefined ? undefined : testIn(node, type);
	if (test === undefined) throw new Error(`no node tests ${type.name}`);
	const filled = { webhookSecret: SECRET, previousWebhookSecret: '', ...data };
	const result = await test.call(context, { id: '1', name: 'x', type: type.name, data: filled });
	expect(result.message).not.toContain(KEY);
	expect(result.message).not.toContain(SECRET);
	expect(result.message).not.toContain(WORDS);
	return result;
}

describe.each(KINDS.map((kind) => [kind.label, kind] as const))('%s', (_label, kind) => {
	const { type, nodes, label, field, keyField, path, header } = kind;

	it('is tested by the same function whichever node n8n finds first', () => {
		// What the type itself asks for would come before that.
		expect(type.test).toBeUndefined();
		const tests = new Set(nodes.map((node) => testIn(node, type)));
		expect([tests.size, tests.has(undefined)]).toEqual([1, false]);
	});

	it('asks nothing of the network without a key', async () => {
		const { url, asked } = await answering(500);
		for (const baseUrl of [url, `http://127.0.0.1:${deadPort}`, '']) {
			expect(await outcome(kind, { baseUrl, [field]: '' })).toEqual({
				status: 'OK',
				message: `The secret is there. Without '${keyField}', nothing else can be tested.`,
			});
		}
		expect(asked).toEqual([]);
	});

	it('says that the secret is missing, of the network too nothing is asked', async () => {
		const { url, asked } = await answering(200);
		for (const webhookSecret of ['', '  ']) {
			expect(await outcome(kind, { baseUrl: url, [field]: '', webhookSecret })).toEqual({
				status: 'Error',
				message: "'Webhook Secret' is empty. Enter the secret that deliveries are verified with.",
			});
		}
		expect(asked).toEqual([]);
	});

	it.each(['', '/', '/ '])(
		'asks the API once with a key, at an address that ends with "%s"',
		async (end) => {
			const { url, asked } = await answering(200);
			const result = await outcome(kind, { baseUrl: `${url}/gate${end}`, [field]: KEY });
			expect(result).toEqual({ status: 'OK', message: 'Connection successful' });
			expect(asked.map(({ method, url: target }) => `${method} ${target}`)).toEqual([
				`GET /gate${path}`,
			]);
			const [name, value] = header;
			expect(asked[0]?.headers).toMatchObject({ [name]: value, accept: 'application/json' });
		},
	);

	it.each([
		[401, `Check '${keyField}'.`],
		[403, `Check '${keyField}'.`],
		[404, "Check 'Base URL'."],
		[429, 'It limits how often it can be called. Wait, and test again.'],
		[503, "Try again later, or look into the server's log."],
	])('says what to do about %i, once, and nothing that the server says', async (status, advice) => {
		const { url, asked } = await answering(status, { 'retry-after': '0' });
		expect(await outcome(kind, { baseUrl: url, [field]: KEY })).toEqual({
			status: 'Error',
			message: `${label} responded with ${status}. ${advice}`,
		});
		expect(asked).toHaveLength(1);
	});

	it('does not take the key to where a redirect leads', async () => {
		const other = await answering(200);
		const { url, asked } = await answering(302, { location: `${other.url}/${WORDS}` });
		expect(await outcome(kind, { baseUrl: url, [field]: KEY })).toEqual({
			status: 'Error',
			message: `${label} responded with 302. Check 'Base URL'.`,
		});
		expect([asked.length, other.asked.length]).toEqual([1, 0]);
	});

	it('says that nobody listens', async () => {
		const baseUrl = `http://127.0.0.1:${deadPort}`;
		expect(await outcome(kind, { baseUrl, [field]: KEY })).toEqual({
			status: 'Error',
			message: `No server accepts connections at ${baseUrl} (ECONNREFUSED). Start the server, or correct its address.`,
		});
	});

	it('says that the server is not one of TLS, or hangs up', async () => {
		const { url } = await serve((request) => request.destroy());
		const tls = url.replace('http:', 'https:');
		const spoken = await outcome(kind, { baseUrl: tls, [field]: KEY });
		expect(spoken.message).toContain(`${tls} does not speak TLS as expected`);
		const lost = await outcome(kind, { baseUrl: url, [field]: KEY });
		expect(lost.message).toContain(`The connection to ${url} was interrupted`);
	});

	it('gives up a server that says nothing', async () => {
		const { url } = await serve(() => undefined);
		const context = new core.CredentialTestContext();
		const { request } = context.helpers;
		const limits: unknown[] = [];
		context.helpers.request = async (options) => {
			limits.push(Reflect.get(Object(options), 'timeout'));
			return (await request({ ...Object(options), timeout: 50 })) as unknown;
		};
		expect(await outcome(kind, { baseUrl: url, [field]: KEY }, context)).toEqual({
			status: 'Error',
			message: `${url} did not respond within 10 seconds. Check 'Base URL' and the network.`,
		});
		expect(limits).toEqual([10_000]);
	});

	it.each(['', 'waha.example.com', 'ftp://waha.example.com', 'http://'])(
		'says that "%s" is no address',
		async (baseUrl) => {
			expect(await outcome(kind, { baseUrl, [field]: KEY })).toEqual({
				status: 'Error',
				message: "'Base URL' is not a valid URL. Enter a URL such as https://api.example.com.",
			});
		},
	);

	it('says that the key can be none', async () => {
		const { url, asked } = await answering(200);
		expect(await outcome(kind, { baseUrl: url, [field]: `${KEY}\u2026` })).toEqual({
			status: 'Error',
			message: `'${keyField}' contains characters that can't be sent. Copy it again.`,
		});
		expect(asked).toEqual([]);
	});
});

describe('a secret that the trigger would not go live with', () => {
	const [, , evolution, yape] = KINDS as [Kind, Kind, Kind, Kind];

	it.each(['', KEY])(
		'is not accepted in the header of Evolution API, with the key "%s"',
		async (apiKey) => {
			const { url, asked } = await answering(200);
			const data = { baseUrl: url, apiKey, verification: 'header' };
			expect(await outcome(evolution, { ...data, webhookSecret: `${SECRET} ñ` })).toEqual({
				status: 'Error',
				message:
					"'Webhook Secret' in the credential 'Evolution API' contains characters that are not allowed in a header. Use letters, digits and punctuation without spaces or accents, or choose the verification 'Signed Token (JWT)'.",
			});
			expect((await outcome(evolution, { ...data, headerName: 'a b' })).message).toContain(
				"'Header Name' in the credential 'Evolution API' is \"a b\"",
			);
			expect(asked).toEqual([]);
		},
	);

	it('is not accepted for Standard Webhooks of a phone', async () => {
		const data = { token: '', signatureScheme: 'standardWebhooks', webhookSecret: 'whsec_!' };
		expect(await outcome(yape, data)).toEqual({
			status: 'Error',
			message:
				"'Webhook Secret' in the credential 'Yape Notifier API' starts with \"whsec_\", but the rest is not base64, so no delivery can be verified. Copy the whole secret again.",
		});
		expect(await outcome(yape, { ...data, signatureScheme: 'hmac' })).toMatchObject({
			status: 'OK',
		});
	});
});

it('of several tokens of Yape Notifier, the first is asked about, and no secret is needed', async () => {
	const { url, asked } = await answering(200);
	const yape = KINDS[3] as Kind;
	const data = { baseUrl: url, token: ` 17|first, ${KEY}`, webhookSecret: '' };
	expect(await outcome(yape, data)).toMatchObject({ status: 'OK' });
	expect(asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer 17|first']);
});
