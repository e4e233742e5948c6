import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deliverAll } from '../../lib/deliver/run.ts';
import type { DeliverOptions } from '../../lib/deliver/delivery.ts';
import { verdictOfAnswer } from '../../lib/deliver/verdict.ts';
import { AddressRefusedError, type AddressRefusal } from '../../lib/net/guard/addressGuard.ts';
import type { Subscriber } from '../../lib/subscriber/subscriber.ts';
import { deliverOptions, deliveryTo, subscriberAt, testAgent } from '../support/deliveries.mts';
import { startRawServer, SubscriberServer } from '../support/subscriberServer.mts';

let server: SubscriberServer;
let agent: Agent;

beforeAll(async () => {
	server = await SubscriberServer.start();
	agent = testAgent();
});

afterAll(async () => {
	await agent.destroy();
	await server.close();
});

async function deliverTo(
	url: string,
	options: Partial<DeliverOptions> = {},
	fields: Partial<Subscriber> = {},
) {
	const delivery = deliveryTo(subscriberAt(url, fields));
	const [result] = await deliverAll([delivery], deliverOptions(agent, options));
	if (result === undefined) throw new Error('no result');
	return result;
}

/** The verdict on each status: its class decides, but for those with a meaning of their own. */
describe('statuses', () => {
	const expected = (status: number) => {
		if (status < 300) return { outcome: 'delivered' };
		if (status === 410) return { outcome: 'gaveUp', reason: 'status_410', disables: 'gone' };
		return { outcome: 'retryLater', reason: `status_${status}` };
	};
	const passing = new Set([408, 425, 429]);
	const statuses = [
		200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 299, 300, 301, 302, 303, 304, 305, 307, 308,
		400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 418,
		421, 422, 423, 424, 425, 426, 428, 429, 431, 451, 499, 500, 501, 502, 503, 504, 505, 506, 507,
		508, 510, 511, 520, 522, 599, 600, 999,
	];

	test.each(statuses)('%i, over a real socket', async (status) => {
		const result = await deliverTo(`${server.origin}/status/${status}?location=/ok`);
		expect(result).toMatchObject({ attempt: 1, requests: 1, ...expected(status) });
		expect(result.response?.status).toBe(status);
		expect(result.message === undefined).toBe(status < 300);
		expect(result.disables).toBe(status === 410 ? 'gone' : undefined);
	});

	test.each(statuses)('%i: tried again in the run or by the schedule', (status) => {
		const verdict = verdictOfAnswer(status, {}, 'https://a.example');
		const inRun = passing.has(status) || status >= 500;
		const ended = status < 300 || status === 410;
		expect(verdict.retry).toBe(ended ? 'never' : inRun ? 'inRun' : 'bySchedule');
		expect(verdict.slowsDown).toBe([429, 502, 503, 504].includes(status));
		expect(verdict.blamesHost).toBe(inRun);
	});

	test('redirects are not followed', async () => {
		const result = await deliverTo(`${server.origin}/status/302/here?location=/ok/redirected`);
		expect(result.message).toContain('Redirects are not followed');
		expect(server.count('/ok/redirected')).toBe(0);
	});

	test.each([
		[500, 'disable', { outcome: 'gaveUp', reason: 'disabled_by_receiver', disables: 'asked' }],
		[400, ' Disable ', { outcome: 'gaveUp', reason: 'disabled_by_receiver', disables: 'asked' }],
		[200, 'disable', { outcome: 'delivered', disables: 'asked' }],
		[500, 'abort', { outcome: 'gaveUp', reason: 'aborted_by_receiver' }],
		[503, 'abort-message', { outcome: 'gaveUp', reason: 'aborted_by_receiver' }],
		[200, 'abort', { outcome: 'delivered' }],
		[410, 'abort', { outcome: 'gaveUp', reason: 'status_410', disables: 'gone' }],
		[500, 'nonsense', { outcome: 'retryLater', reason: 'status_500' }],
	])('%i with `webhook-delivery: %s`', async (status, instruction, verdict) => {
		const query = new URLSearchParams({ 'webhook-delivery': instruction }).toString();
		const result = await deliverTo(`${server.origin}/status/${status}?${query}`);
		expect(result).toMatchObject(verdict);
		expect('disables' in result).toBe('disables' in verdict);
	});

	test.each([
		['120', 120],
		['0', 5],
		['-5', 5],
		['soon', 5],
		[new Date(Date.now() + 600_000).toUTCString(), 598],
		['99999999', 86_400],
	])('Retry-After: %s waits %i seconds or little more', async (asked, seconds) => {
		const query = new URLSearchParams({ 'retry-after': asked }).toString();
		const result = await deliverTo(`${server.origin}/status/429?${query}`);
		const waitMs = Date.parse(result.nextAttemptAt ?? '') - Date.parse(result.lastAttemptAt);
		expect(waitMs).toBeGreaterThanOrEqual(seconds * 1_000);
		expect(waitMs).toBeLessThan(seconds * 1_000 * 1.11 + 60_000);
	});
});

describe('faults of the connection, each made by a real socket', () => {
	const closing: Array<() => Promise<void>> = [];
	afterAll(async () => void (await Promise.all(closing.map(async (close) => await close()))));

	const raw = async (act: (socket: Socket) => void) => {
		const { origin, close } = await startRawServer(act);
		closing.push(close);
		return `${origin}/`;
	};
	const answering = async (text: string) => await raw((socket) => void socket.end(text));

	/** A port that was free a moment ago. */
	const nobody = async () => {
		const { origin, close } = await startRawServer(() => undefined);
		await close();
		return `${origin}/`;
	};

	const short = { limitMs: 400, slowAfterMs: 100 };

	test.each([
		['nobody listens', nobody, 'connection_refused'],
		['reset before an answer', async () => `${server.origin}/reset`, 'connection_lost'],
		['closed before an answer', async () => `${server.origin}/close`, 'connection_lost'],
		['closed in the status line', async () => await answering('HTTP/1.1 2'), 'connection_lost'],
		[
			'closed in the headers',
			async () => await answering('HTTP/1.1 200 OK\r\ncontent-le'),
			'connection_lost',
		],
		['not HTTP', async () => await answering('SSH-2.0-OpenSSH_9.6\r\n\r\n'), 'invalid_answer'],
		[
			'a broken header',
			async () => await answering('HTTP/1.1 200 OK\r\nbad header\x00: 1\r\n\r\n'),
			'invalid_answer',
		],
		[
			'two lengths',
			async () =>
				await answering('HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'),
			'invalid_answer',
		],
		[
			'endless headers',
			async () => await answering(`HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(20_000)}\r\n`),
			'invalid_answer',
		],
		[
			'another protocol from here on',
			async () =>
				await answering(
					'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
				),
			'connection_lost',
		],
		['no answer', async () => `${server.origin}/hang`, 'timeout'],
		[
			'nothing but 103 Early Hints',
			async () => await raw((socket) => void socket.write('HTTP/1.1 103 Early Hints\r\n\r\n')),
			'timeout',
		],
	])('%s', async (_what, start, reason) => {
		// What answers at once may take its time on a busy machine.
		const limits = reason === 'timeout' ? short : {};
		const result = await deliverTo(await start(), limits);
		expect(result).toMatchObject({ outcome: 'retryLater', reason, requests: 1, attempt: 1 });
		expect(result.response).toBeUndefined();
		expect(result.message).toContain('127.0.0.1');
		// All of them may be over in a moment.
		const twice = await deliverTo(await start(), { ...limits, budgetMs: 2_500 });
		expect(twice).toMatchObject({ outcome: 'retryLater', reason });
		expect(twice.requests).toBeGreaterThanOrEqual(2);
	});

	test.each([
		['hangs in the body', '/hangInBody', 'the beginning'],
		['is reset in the body', '/resetInBody', 'the beginning'],
	])('once there is a head its status counts: %s', async (_what, path, body) => {
		const result = await deliverTo(`${server.origin}${path}`, short);
		expect(result).toMatchObject({ outcome: 'delivered', response: { status: 200 } });
		expect(result.response?.truncated).toBe(true);
		expect(body).toContain(result.response?.body);
	});

	test('a broken body after a status', async () => {
		const url = await answering(
			'HTTP/1.1 500 No\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\nnonsense',
		);
		expect(await deliverTo(url)).toMatchObject({ outcome: 'retryLater', reason: 'status_500' });
	});

	test('no connection in time', async () => {
		const slow = new Agent({
			connect: (_options, _callback) => undefined,
		});
		const result = await deliverTo(`${server.origin}/ok`, { ...short, dispatcher: slow });
		expect(result).toMatchObject({ outcome: 'retryLater', reason: 'timeout' });
		expect(result.message).toContain('Could not connect to http');
		await slow.destroy();
	});

	test('the name is not found: nobody mends that in a moment', async () => {
		const named = testAgent({
			lookup: (name, _options, callback) =>
				callback(Object.assign(new Error(name), { code: 'ENOTFOUND' }), ''),
		});
		const result = await deliverTo('http://gone.example/', { dispatcher: named, budgetMs: 5_000 });
		expect(result).toMatchObject({ reason: 'name_not_found', requests: 1 });
		await named.destroy();
	});

	test('a name server that fails for a moment', async () => {
		let asked = 0;
		const { port } = new URL(server.origin);
		const named = testAgent({
			lookup: (name, _options, callback) => {
				asked += 1;
				if (asked === 1) callback(Object.assign(new Error(name), { code: 'EAI_AGAIN' }), '');
				else callback(null, [{ address: '127.0.0.1', family: 4 }]);
			},
		});
		const options = { dispatcher: named, budgetMs: 10_000 };
		expect(await deliverTo(`http://hook.example:${port}/ok`, options)).toMatchObject({
			outcome: 'delivered',
			requests: 2,
		});
		await named.destroy();
	});

	test('no TLS where TLS is expected', async () => {
		const result = await deliverTo(server.origin.replace('http:', 'https:'), { budgetMs: 5_000 });
		expect(result).toMatchObject({ outcome: 'retryLater', reason: 'tls', requests: 1 });
	});

	test('a certificate that nobody vouches for', async () => {
		const https = createHttpsServer(selfSigned(), (_request, response) => response.end());
		https.listen(0, '127.0.0.1');
		await once(https, 'listening');
		closing.push(async () => void https.close());
		const { port } = https.address() as AddressInfo;
		const result = await deliverTo(`https://127.0.0.1:${port}/`, { budgetMs: 5_000 });
		expect(result).toMatchObject({ outcome: 'retryLater', reason: 'certificate', requests: 1 });
	});

	test('a server that takes connections and no TLS greeting', async () => {
		const silent = createTcpServer((socket) => void socket.on('error', () => undefined));
		silent.listen(0, '127.0.0.1');
		await once(silent, 'listening');
		const { port } = silent.address() as AddressInfo;
		const result = await deliverTo(`https://127.0.0.1:${port}/`, short);
		expect(result).toMatchObject({ outcome: 'retryLater', reason: 'timeout' });
		closing.push(async () => void silent.close());
	});
});

describe('addresses', () => {
	const refusal: AddressRefusal = { reason: 'not_public', message: 'a.example is not public' };

	test('one that the guard refuses is not asked, and may be mended', async () => {
		const options = { guard: { judge: () => refusal }, budgetMs: 5_000 };
		expect(await deliverTo(`${server.origin}/ok/refused`, options)).toMatchObject({
			outcome: 'retryLater',
			reason: 'address_refused',
			message: refusal.message,
			requests: 0,
			attempt: 1,
		});
		expect(server.count('/ok/refused')).toBe(0);
	});

	test.each([
		[refusal, 'address_refused'],
		[{ reason: 'name_not_found', message: 'a.example was not found' } as const, 'name_not_found'],
	])('one that is refused while connecting: %j', async (why, reason) => {
		const guarded = testAgent({
			lookup: (_name, _options, callback) => callback(new AddressRefusedError(why), ''),
		});
		const options = { dispatcher: guarded, budgetMs: 5_000 };
		expect(await deliverTo('http://a.example/', options)).toMatchObject({
			outcome: 'retryLater',
			reason,
			message: why.message,
			requests: 1,
		});
		await guarded.destroy();
	});

	test.each([
		['not an address', {}, "is not valid. Correct its 'url'"],
		['https://a.example', { secret: 'whsec_%' }, 'whsec_'],
		['https://a.example', { headers: { 'x-a': 'b\r\nc: d' } }, 'x-a'],
	])('a subscriber that cannot be delivered to is told: %s %j', async (url, fields, words) => {
		const result = await deliverTo(url, {}, fields);
		expect(result).toMatchObject({
			outcome: 'retryLater',
			reason: 'subscriber_invalid',
			requests: 0,
		});
		expect(result.message).toContain(words);
		expect(result.message).not.toContain('c: d');
	});
});

function selfSigned(): { key: string; cert: string } {
	const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
	const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
	const options = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=test'];
	spawnSync('openssl', ['req', ...options, '-keyout', key, '-out', cert]);
	const read = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
	rmSync(folder, { recursive: true });
	return read;
}
