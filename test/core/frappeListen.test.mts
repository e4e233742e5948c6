import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ICredentialDataDecryptedObject, INode } from 'n8n-workflow';
import { FrappeServer, type FrappeOptions } from '../support/frappe.mts';
import { RunningTrigger } from '../support/socketIoTrigger.mts';

const SECRET = 'k3y:5ecret-value';
const ANA = 'ana@example.com';
const users: FrappeOptions['users'] = {
	[SECRET]: { name: ANA, type: 'System User', reads: ['Sales Order', 'Note/N1'] },
	'web:site': { name: 'web@example.com', type: 'Website User' },
};

let frappe: FrappeServer;
let trigger: RunningTrigger | undefined;

beforeEach(async () => void (frappe = await FrappeServer.start({ users })));
afterEach(async () => {
	await trigger?.close();
	trigger = undefined;
	await frappe.close();
});

async function listen(
	parameters: INode['parameters'] = {},
	credential: ICredentialDataDecryptedObject = {},
): Promise<RunningTrigger> {
	trigger = await RunningTrigger.start({
		parameters: { transport: 'frappe', events: '*', site: 'erp.test', ...parameters },
		credential: {
			url: frappe.url,
			headers: JSON.stringify({ Authorization: `token ${SECRET}` }),
			...credential,
		},
	});
	return trigger;
}

async function serve(options: Partial<FrappeOptions>): Promise<void> {
	await frappe.close();
	frappe = await FrappeServer.start({ users, ...options });
}

describe('listening to a site', () => {
	it('gets what the site sends its desk users, and the user', async () => {
		const listening = await listen({ events: 'whatsapp_*, frappe.msgprint' });
		await vi.waitFor(() => expect(frappe.membersOf('all')).toBe(1));
		frappe.publish('whatsapp_message', { text: 'añ 😀' });
		frappe.publish('other', {});
		frappe.publish('msgprint', 'hola', `user:${ANA}`);
		frappe.publish('whatsapp_message', {}, 'user:*');
		frappe.publish('whatsapp_last', {}, 'website');
		await listening.until(() => listening.events.length === 3);
		expect(listening.events).toMatchObject([
			{
				source: '/frappe/erp.test',
				type: 'frappe.whatsapp_message',
				verification: 'connection',
				data: { event: 'whatsapp_message', site: 'erp.test', payload: { text: 'añ 😀' } },
			},
			{ type: 'frappe.msgprint', data: { payload: 'hola' } },
			{ type: 'frappe.whatsapp_last' },
		]);
		expect(listening.shown).not.toContain('5ecret-value');
	});

	it('subscribes to doctypes, documents and tasks; what is refused stays silent', async () => {
		const listening = await listen({
			doctypes: 'Sales Order, Secret',
			documents: ['Note/N1', 'Note/N2'],
			tasks: 't1',
		});
		await vi.waitFor(() => expect(frappe.membersOf('task_progress:t1')).toBe(1));
		const rooms = ['doctype:Sales Order', 'doctype:Secret', 'doc:Note/N1', 'doc:Note/N2'];
		expect(rooms.map((room) => frappe.membersOf(room))).toEqual([1, 0, 1, 0]);
		frappe.publish('list_update', { doctype: 'Sales Order', name: 'SO-1' }, 'doctype:Sales Order');
		frappe.publish('doc_update', { doctype: 'Note', name: 'N1' }, 'doc:Note/N1');
		frappe.publish('progress', { percent: 50 }, 'task_progress:t1');
		await listening.until(() => listening.events.length === 3);
		const subjects = listening.events.map(({ subject }) => subject);
		expect(subjects).toEqual(['Sales Order/SO-1', 'Note/N1', undefined]);
	});

	it('subscribes again after a reconnect', async () => {
		const listening = await listen({ doctypes: 'Sales Order' });
		await vi.waitFor(() => expect(frappe.membersOf('doctype:Sales Order')).toBe(1));
		frappe.disconnectAll();
		await listening.until(() => listening.log.length === 1);
		await vi.waitFor(() => expect(frappe.membersOf('doctype:Sales Order')).toBe(1));
		expect(frappe.connections).toBe(2);
		frappe.publish('list_update', { doctype: 'Sales Order' }, 'doctype:Sales Order');
		await listening.until(() => listening.events.length === 1);
	});

	it('gets nothing of room all as a website user', async () => {
		const headers = JSON.stringify({ Authorization: 'token web:site' });
		const listening = await listen({}, { headers });
		await vi.waitFor(() => expect(frappe.membersOf('website')).toBe(1));
		frappe.publish('for_desk', {});
		frappe.publish('for_all', {}, 'website');
		await listening.until(() => listening.events.length === 1);
		expect(listening.events[0]?.type).toBe('frappe.for_all');
	});

	it('takes the host name for the site where none is named', async () => {
		await serve({ site: '127.0.0.1' });
		const listening = await listen({ site: '' });
		await vi.waitFor(() => expect(frappe.membersOf('all')).toBe(1));
		frappe.publish('e', 1);
		await listening.until(() => listening.events.length === 1);
		expect(listening.events[0]?.source).toBe('/frappe/127.0.0.1');
	});
});

describe('refusals, in Frappe’s words and with what to do', () => {
	it.each<[INode['parameters'], ICredentialDataDecryptedObject, string]>([
		[
			{ site: 'other.test' },
			{},
			"Frappe has no site 'other.test'. Enter the exact name of the site in 'Site'",
		],
		[
			{},
			{ headers: '{"Cookie": "sid=expired-5ecret-value"}' },
			"Frappe treats this node as Guest, who receives almost no events. 'Headers' of the credential",
		],
		[
			{},
			{ headers: JSON.stringify({ Authorization: SECRET }) },
			'Frappe treats this node as Guest',
		],
		[
			{ options: { origin: 'https://elsewhere.test' } },
			{},
			"Invalid origin. The host name in 'URL'",
		],
		[
			{},
			{ headers: JSON.stringify({ Authorization: 'token wrong:5ecret-value' }) },
			'Unauthorized: TypeError: Cannot read properties',
		],
		[{}, { headers: '{"Cookie": "x=1"}' }, "'Headers' of the credential contains no sign-in"],
		[{ documents: 'Note' }, {}, "'Documents' has the entry 'Note'"],
		[{ site: 'https://erp.test' }, {}, "'Site' is not a valid site name"],
	])('%j %j', async (parameters, credential, message) => {
		const error: unknown = await listen(parameters, credential).catch((e: unknown) => e);
		expect(String(error)).toContain(message);
		expect(String(error)).not.toContain('5ecret-value');
		expect(frappe.connections).toBe(0);
	});

	it('waits for a web server that is down, also at the start', async () => {
		frappe.webIsDown = true;
		const listening = await listen();
		expect(listening.log[0]?.message).toContain(
			'Frappe refused the connection: Unauthorized: TypeError: fetch failed',
		);
		frappe.webIsDown = false;
		await listening.until(() => listening.log.length === 2);
		expect(frappe.connections).toBe(1);
		expect(listening.errors).toEqual([]);
	});

	it("names a site that the proxy in front does not serve in Frappe's words", async () => {
		await serve({ namedByProxy: true });
		const error: unknown = await listen({ site: 'other.test' }).catch((e: unknown) => e);
		expect(String(error)).toContain(
			"Invalid namespace. Enter the exact name of the site in 'Site'",
		);
	});

	it('takes a session that is still open', async () => {
		await serve({ users: { s3ss10n: { name: ANA, type: 'System User' } } });
		await listen({}, { headers: '{"Cookie": "sid=s3ss10n"}' });
		await vi.waitFor(() => expect(frappe.membersOf(`user:${ANA}`)).toBe(1));
	});

	it('ends, and says so once, where the session has expired at a reconnect', async () => {
		const sessions: FrappeOptions['users'] = { s3ss10n: { name: ANA, type: 'System User' } };
		await serve({ users: sessions });
		const listening = await listen({}, { headers: '{"Cookie": "sid=s3ss10n"}' });
		delete sessions.s3ss10n;
		frappe.disconnectAll();
		await listening.until(() => listening.errors.length === 1);
		expect(listening.errors[0]?.message).toContain('Frappe treats this node as Guest');
		await vi.waitFor(() => expect(frappe.membersOf('website')).toBe(0));
	});

	it.each(['node', 'python', 'pythonNewest'] as const)(
		'comes back after the web server was away (%s)',
		async (speaks) => {
			await serve({ speaks });
			const listening = await listen();
			frappe.webIsDown = true;
			frappe.disconnectAll();
			await vi.waitFor(() => expect(frappe.refusals).toBeGreaterThan(1), { timeout: 60_000 });
			frappe.webIsDown = false;
			await vi.waitFor(() => expect(frappe.membersOf('all')).toBe(1), { timeout: 60_000 });
			expect(listening.errors).toEqual([]);
		},
	);

	it.each([
		['python', 'Unauthorized: 401 Client Error', 'Check key and secret'],
		['pythonNewest', 'Unauthorized', 'Either key and secret'],
	] as const)('a wrong key, as %s words it', async (speaks, words, toDo) => {
		await serve({ speaks });
		const headers = JSON.stringify({ Authorization: 'token wrong:5ecret-value' });
		const error: unknown = await listen({}, { headers }).catch((e: unknown) => e);
		expect(String(error)).toContain(`Frappe refused the connection: ${words}`);
		expect(String(error)).toContain(toDo);
	});

	it('starts although the Python service cannot reach the web server', async () => {
		await serve({ speaks: 'python' });
		frappe.webIsDown = true;
		const listening = await listen();
		expect(listening.log[0]?.message).toContain('Max retries exceeded');
		frappe.webIsDown = false;
		await listening.until(() => listening.log.length === 2);
		expect(listening.errors).toEqual([]);
	});

	it.each([true, false])('is let in whether Frappe wants a cookie (%s)', async (wantsCookie) => {
		await serve({ wantsCookie });
		await listen();
		expect(frappe.connections).toBe(1);
	});
});
