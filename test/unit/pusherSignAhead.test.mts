import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { PooledHttp } from '../../lib/net/http.ts';
import { PusherApi } from '../../lib/realtime/pusher/api.ts';
import { signedQuery } from '../../lib/realtime/pusher/requestSignature.ts';
import { readPusherSettings } from '../../lib/realtime/pusher/settings.ts';

const NOW = 1_800_000_000_000;
const CALL = { method: 'POST', path: '/batch_events', body: '{"batch":[]}', what: 'take' } as const;

let server: Server;
let http: PooledHttp;
let urls: string[];

beforeAll(async () => {
	server = createServer((request, response) => {
		urls.push(request.url ?? '');
		request.resume().on('end', () => response.end('{}'));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	http = new PooledHttp(origin, { connections: 1, connectLimitMs: 10_000 });
});
beforeEach(() => void (urls = []));
afterAll(() => {
	http.close();
	server.close();
});

test.each([
	['in its turn', 400, NOW],
	['a second later and more, with a signature of that time', 5_000, NOW + 5_000],
])('a call that was signed before leaves %s', async (_when, laterMs, signedAt) => {
	// A key that has to be encoded in the query.
	const app = { appId: '3', key: 'a key+', secret: 'a-secret', host: '127.0.0.1' };
	const settings = readPusherSettings({ ...app, server: 'soketi' });
	const api = new PusherApi(settings, http, { limitMs: 10_000, gatherMs: 10_000 });
	vi.useFakeTimers({ now: NOW, toFake: ['Date'] });
	try {
		const call = api.signAhead(CALL);
		vi.setSystemTime(NOW + laterMs);
		await api.call(call);
	} finally {
		vi.useRealTimers();
	}
	const path = '/apps/3/batch_events';
	expect(urls).toEqual([`${path}?${signedQuery(settings, { ...CALL, path }, signedAt)}`]);
	expect(new URL(urls[0] ?? '', 'http://a').searchParams.get('auth_key')).toBe('a key+');
});
