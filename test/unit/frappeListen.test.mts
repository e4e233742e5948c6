import { describe, expect, it } from 'vitest';
import { SocketIoError } from '../../lib/realtime/socketIo/failure.ts';
import { readSocketIoSettings } from '../../lib/realtime/socketIo/settings.ts';
import { frappeFailure } from '../../lib/realtime/frappe/failure.ts';
import {
	frappeSite,
	readSubscriptions,
	readFrappeEvent,
} from '../../lib/realtime/frappe/listen.ts';

const settings = (url: string, headers: object = { Authorization: 'token k:s' }) =>
	readSocketIoSettings({ url, headers: JSON.stringify(headers) });

describe('the handshake', () => {
	it('sends what Node does not send by itself', () => {
		const { site, settings: sent } = frappeSite(settings('https://erp.example.com'), '', '');
		expect(site).toBe('erp.example.com');
		expect(sent.headers).toEqual({
			Authorization: 'token k:s',
			Origin: 'https://erp.example.com',
			Cookie: 'n8n=1',
		});
	});

	it('names the site where the host is not called like it', () => {
		const { site, settings: sent } = frappeSite(settings('http://10.0.0.7:9000'), 'erp.test', '');
		expect(site).toBe('erp.test');
		expect(sent.headers).toMatchObject({
			Origin: 'http://10.0.0.7:9000',
			'X-Frappe-Site-Name': 'erp.test',
		});
	});

	it('takes the option Origin, and headers of the credential before all', () => {
		const own = { cookie: 'sid=abc', ORIGIN: 'https://own.test' };
		const { site, settings: sent } = frappeSite(
			settings('http://erp.test:9000', own),
			'',
			'http://erp.test:8000/',
		);
		expect(site).toBe('erp.test');
		expect(sent.headers).toEqual(own);
		const withOrigin = frappeSite(settings('http://erp.test:9000'), '', 'http://erp.test:8000/');
		expect(withOrigin.settings.headers.Origin).toBe('http://erp.test:8000');
	});

	it.each([
		[{}, '', '', 'contains no sign-in'],
		[{ Cookie: 'a=1; notsid=2' }, '', '', 'contains no sign-in'],
		[undefined, 'https://erp.test', '', "'Site' is not a valid site name"],
		[undefined, '', 'erp.test', "'Origin' is not the URL of a site"],
		[undefined, '', 'https://erp.test/app', "'Origin' is not the URL of a site"],
	])('refuses %j %j %j before it connects', (headers, site, origin, message) => {
		expect(() => frappeSite(settings('https://erp.test', headers), site, origin)).toThrow(message);
	});
});

describe('refusals', () => {
	const refused = (words: string, worked = false, refusedForMs = 0) =>
		frappeFailure(new SocketIoError('refused', 'm', 'd', { words }), worked, refusedForMs);

	it.each([
		['Invalid namespace', "'Site'", true],
		['Invalid origin', 'Origin', true],
		['No cookie transmitted.', 'Cookie', true],
		['No authentication method used. Use cookie or authorization header.', 'Authorization', true],
		["Unauthorized: TypeError: Cannot read properties of undefined (reading 'user')", 'key', true],
		['Unauthorized: Error: Forbidden', 'key', true],
		['Forbidden', 'key', true],
		['Unauthorized: TypeError: fetch failed', 'restarting', false],
		['Unauthorized: Error: connect ECONNREFUSED 127.0.0.1:8000', 'restarting', false],
		[
			'Unauthorized: SyntaxError: Unexpected token \'<\', "<html>" is not valid JSON',
			'rest',
			false,
		],
		['Unauthorized: Error: Bad Gateway', 'restarting', false],
		[
			'Missing cookie and authorization header. Either one needed for authentication.',
			'Authorization',
			true,
		],
		['Unauthorized', 'Either key and secret', true],
		['Unauthorized: 401 Client Error: UNAUTHORIZED for url: http://erp.test/api', 'key', true],
		[
			"Unauthorized: HTTPConnectionPool(host='erp.test', port=80): Max retries exceeded with url: /",
			'restarting',
			false,
		],
		['Unauthorized: [Errno 111] Connection refused', 'restarting', false],
		['Unauthorized: NewConnectionError', 'restarting', false],
		['Unauthorized: HTTPConnectionPool: Read timed out. (read timeout=10)', 'restarting', false],
		['Unauthorized: ReadTimeout', 'restarting', false],
		['Unauthorized: ConnectError', 'restarting', false],
		['Unauthorized: All connection attempts failed', 'restarting', false],
		['Unauthorized: 502 Server Error: Bad Gateway for url: http://erp.test/', 'restarting', false],
		['Unauthorized: GET /api/method/x returned 503', 'restarting', false],
		["Unauthorized: ('Connection aborted.', RemoteDisconnected('no response'))", 'rest', false],
		['Unauthorized: Server disconnected without sending a response.', 'restarting', false],
		['Unauthorized: RemoteProtocolError', 'restarting', false],
		['Unauthorized: ReadError', 'restarting', false],
		['Unauthorized: Cannot connect to host 127.0.0.1:8000 ssl:default', 'restarting', false],
		['Unauthorized: Expecting value: line 1 column 1 (char 0)', 'restarting', false],
		['Unauthorized: GET /api/method/x returned 404', "'Site'", true],
		['something new', "'Site'", true],
	])('%s', (words, toDo, permanent) => {
		const failure = refused(words);
		expect(failure.message).toBe(`Frappe refused the connection: ${words}`);
		expect(failure.description).toContain(toDo);
		expect(failure.permanent).toBe(permanent);
	});

	it.each(['Unauthorized', 'Unauthorized: 401 Client Error: UNAUTHORIZED', 'Forbidden'])(
		'%s passes for ten minutes after it has worked once',
		(words) => {
			const permanent = [0, 599_999, 600_000].map((ms) => refused(words, true, ms).permanent);
			expect(permanent).toEqual([false, false, true]);
			expect(refused(words, true, 600_000).description).toContain('10 minutes');
		},
	);

	it('leaves the network to the network', () => {
		const failure = frappeFailure(
			new SocketIoError('unreachable', 'No server accepts', 'd'),
			false,
		);
		expect(failure).toMatchObject({ message: 'No server accepts', permanent: false });
	});
});

describe('subscriptions', () => {
	it('are lists, or texts with commas or line breaks', () => {
		const list = ['Note/With, comma', 'Note/with/slash', ' '];
		expect(readSubscriptions(' Sales Order,Note\nNote,', list, 't1')).toEqual({
			doctypes: ['Sales Order', 'Note'],
			documents: [
				['Note', 'With, comma'],
				['Note', 'with/slash'],
			],
			tasks: ['t1'],
		});
		expect(readSubscriptions('', undefined, null)).toEqual({
			doctypes: [],
			documents: [],
			tasks: [],
		});
	});

	it.each(['Note', '/x', 'Note/'])("names the entry '%s' that is no document", (entry) => {
		expect(() => readSubscriptions('', entry, '')).toThrow(`the entry '${entry}'`);
	});

	it('are limited', () => {
		const many = Array.from({ length: 1001 }, (_, n) => `t${n}`);
		expect(() => readSubscriptions('', '', many)).toThrow("'Tasks' has 1001 entries");
	});
});

describe('events', () => {
	const identity = {
		serverId: undefined,
		fallbackId: 'c/1',
		receivedAt: new Date(0),
		cursor: undefined,
	};
	const read = (payload: unknown) =>
		readFrappeEvent('erp.test', '')(
			{ name: 'e', args: [payload], offset: undefined, acknowledge: undefined },
			identity,
		).event;

	it.each([
		[{ doctype: 'Note', name: 'N1' }, 'Note/N1'],
		[{ doctype: 'Note', docname: 'N1' }, 'Note/N1'],
		[{ doctype: 'Note' }, undefined],
		[{ doctype: '', name: 'x' }, undefined],
		['text', undefined],
	])('the subject of %j is %s', (payload, subject) => expect(read(payload).subject).toBe(subject));

	it('say where they come from', () => {
		expect(read({ a: 1 })).toMatchObject({
			id: 'c/1',
			source: '/frappe/erp.test',
			type: 'frappe.e',
			data: { event: 'e', site: 'erp.test', payload: { a: 1 } },
			raw: { event: 'e', args: [{ a: 1 }] },
		});
	});
});
