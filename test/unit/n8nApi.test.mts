import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { listExecutions, readExecutions } from '../../lib/history/store/executions.ts';
import { PooledHttp } from '../../lib/net/http.ts';
import { N8nApi } from '../../lib/history/store/n8nApi.ts';

const closing: Array<() => unknown> = [];
afterEach(async () => {
	for (const close of closing.splice(0)) await close();
});

/** For how long n8n has been running. */
let startedSeconds = 10_000;

/** A server whose answers follow one another. */
async function apiWith(
	...answers: Array<(response: ServerResponse) => unknown>
): Promise<{ api: N8nApi; asked: () => number }> {
	let asked = 0;
	const server = createServer((_request, response) => void answers[asked++]?.(response));
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	const http = new PooledHttp(origin, {
		connections: 1,
		connectLimitMs: 5_000,
		longestAnswerBytes: 10_000,
	});
	closing.push(
		() => http.close(),
		() => new Promise((resolve) => server.close(resolve)),
		() => server.closeAllConnections(),
	);
	const api = new N8nApi(
		http,
		'/api/v1',
		'key',
		async () => undefined,
		() => startedSeconds,
	);
	return { api, asked: () => asked };
}

const PAGE = JSON.stringify({
	data: [{ id: '3', text: 'señal' }, { id: 'x' }, { id: '1' }],
	nextCursor: null,
});

describe('an n8n that is starting', () => {
	const startingUp = (response: ServerResponse) =>
		response.writeHead(200, { 'content-type': 'text/html' }).end('n8n is starting up. Please wait');
	const notThere = (response: ServerResponse) =>
		response
			.writeHead(404, { 'content-type': 'text/html' })
			.end('<html><body><pre>Cannot GET /api/v1/executions</pre></body></html>');
	const call = { method: 'GET', path: '/executions', what: 'list executions' } as const;
	const answers = [
		...Array.from({ length: 20 }, () => startingUp),
		...Array.from({ length: 20 }, () => notThere),
		(response: ServerResponse) => response.end(PAGE),
	];
	afterEach(() => {
		startedSeconds = 10_000;
	});

	test.each([
		['a read', {}],
		['a read that is parsed as it comes in', { keep: (one: unknown) => one }],
	])('is waited for: %s', async (_name, more) => {
		startedSeconds = 30;
		const { api, asked } = await apiWith(...answers);
		expect(await api.call({ ...call, ...more })).toEqual(JSON.parse(PAGE));
		expect(asked()).toBe(41);
	});

	test('is not waited for by what changes something', async () => {
		startedSeconds = 30;
		const { api, asked } = await apiWith(notThere);
		await expect(api.call({ ...call, method: 'POST' })).rejects.toThrow('404');
		expect(asked()).toBe(1);
	});

	test('where n8n runs for long, a 404 is a wrong address at once', async () => {
		const { api, asked } = await apiWith(...answers.slice(20));
		await expect(api.call(call)).rejects.toThrow("is not from n8n's public API");
		expect(asked()).toBe(1);
	});
});

describe('a page of executions', () => {
	const request = { limit: 3 };

	test('is made of what is kept of each execution, without those that have no number', async () => {
		const { api } = await apiWith((response) => response.end(PAGE));
		const page = await readExecutions(api, {}, request, (id, json) => ({ id, json }));
		expect(page).toEqual({
			rows: [
				{ id: 3, json: { id: '3', text: 'señal' } },
				{ id: 1, json: { id: '1' } },
			],
			bytes: Buffer.byteLength(PAGE),
		});
	});

	test('that breaks off is read again from its beginning', async () => {
		const { api, asked } = await apiWith(
			(response) => {
				response.writeHead(200, { 'content-length': PAGE.length + 10 });
				response.write(PAGE.slice(0, 50));
				setTimeout(() => response.destroy(), 50);
			},
			(response) => response.writeHead(503).end('{"data":[{"id":"9"}]}'),
			(response) => response.end(PAGE),
		);
		const { rows } = await listExecutions(api, {}, request);
		expect(rows.map(({ id }) => id)).toEqual([3, 1]);
		expect(asked()).toBe(3);
	});

	test.each(['{"data":[{"id":"1"},{"id":]}', '<html></html>', '{"data":[{"id":"1"}'])(
		'that is no JSON is not taken for one of n8n: %s',
		async (text) => {
			const { api } = await apiWith((response) => response.end(text));
			await expect(listExecutions(api, {}, request)).rejects.toThrow(
				"is not from n8n's public API",
			);
		},
	);

	test.each(['[]', '{"data":{}}', '{"items":[{"id":"1"}]}', 'null'])(
		'that is other JSON is not taken for a list of executions: %s',
		async (text) => {
			const { api } = await apiWith((response) => response.end(text));
			const listing = listExecutions(api, {}, request);
			await expect(listing).rejects.toThrow('does not have the expected format');
		},
	);

	test('that is longer than may be read is given up', async () => {
		const long = JSON.stringify({ data: [{ id: '1', text: 'x'.repeat(20_000) }] });
		const { api } = await apiWith((response) => response.end(long));
		await expect(listExecutions(api, {}, request)).rejects.toMatchObject({ kind: 'tooLong' });
	});

	test('that is refused is told in the words of n8n', async () => {
		const words = '{"message":"Forbidden","data":[{"id":"1"}]}';
		const { api } = await apiWith((response) => response.writeHead(403).end(words));
		await expect(listExecutions(api, {}, request)).rejects.toThrow(
			'it responded with 403 (Forbidden)',
		);
	});
});
