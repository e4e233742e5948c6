import { Webhook } from 'standardwebhooks';
import { Agent } from 'undici';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deliverAll } from '../../lib/deliver/run.ts';
import type { DeliverOptions } from '../../lib/deliver/delivery.ts';
import type { Delivery, DeliveryResult } from '../../lib/deliver/delivery.ts';
import { parseSchedule } from '../../lib/deliver/schedule.ts';
import type { Subscriber } from '../../lib/subscriber/subscriber.ts';
import {
	deliverOptions,
	deliveryTo,
	SECRET,
	subscriberAt,
	testAgent,
} from '../support/deliveries.mts';
import { SubscriberServer } from '../support/subscriberServer.mts';

let server: SubscriberServer;
let agent: Agent;

beforeEach(async () => {
	server = await SubscriberServer.start();
	agent = testAgent();
});

afterEach(async () => {
	await agent.destroy();
	await server.close();
});

const run = async (deliveries: Iterable<Delivery>, options: Partial<DeliverOptions> = {}) =>
	await deliverAll(deliveries, deliverOptions(agent, options));

/** So many events to one path. */
function events(count: number, path: string, fields: Partial<Subscriber> = {}): Delivery[] {
	const subscriber = subscriberAt(`${server.origin}${path}`, fields);
	return Array.from({ length: count }, (_, event) => deliveryTo(subscriber, event));
}

/** One event to so many subscribers. */
function subscribers(count: number, path: (index: number) => string): Delivery[] {
	return Array.from({ length: count }, (_, index) =>
		deliveryTo(subscriberAt(`${server.origin}${path(index)}`)),
	);
}

function tally(results: readonly DeliveryResult[]): Record<string, number> {
	const counts: Record<string, number> = {};
	for (const { outcome, reason } of results) {
		const key = reason === undefined ? outcome : `${outcome}:${reason}`;
		counts[key] = (counts[key] ?? 0) + 1;
	}
	return counts;
}

/** What the server has answered by now has come in: a later answer has. */
async function answersAreRead(): Promise<void> {
	for (let round = 0; round < 3; round += 1) await fetch(`${server.origin}/ok/round`);
}

async function one(path: string, options: Partial<DeliverOptions> = {}, delivery = {}) {
	const subscriber = subscriberAt(`${server.origin}${path}`);
	const [result] = await run([deliveryTo(subscriber, 0, delivery)], options);
	if (result === undefined) throw new Error('no result');
	return result;
}

describe('a request', () => {
	test('is a signed POST with its own headers and those of the subscriber', async () => {
		const [delivery] = events(1, '/ok?a=1', {
			headers: { 'X-Team': 'sales', 'webhook-id': 'mine', host: 'mine', 'content-type': 'mine' },
		});
		const [result] = await run(delivery === undefined ? [] : [delivery]);
		expect(result).toMatchObject({
			outcome: 'delivered',
			attempt: 1,
			requests: 1,
			response: { status: 200, body: 'thank you', truncated: false },
		});
		const [request] = server.received;
		expect(request?.path).toBe('/ok?a=1');
		expect(request?.headers).toMatchObject({
			'webhook-id': delivery?.webhookId,
			'content-type': 'application/json',
			'user-agent': 'n8n-nodes-realtime-webhooks',
			'accept-encoding': 'identity',
			'x-team': 'sales',
			host: new URL(server.origin).host,
		});
		const headers = Object.fromEntries(
			Object.entries(request?.headers ?? {}).map(([name, value]) => [name, String(value)]),
		);
		expect(new Webhook(SECRET).verify(request?.body ?? '', headers)).toEqual({ event: 0 });
	});

	test('without a secret there is an id and a time and no signature', async () => {
		await run(events(1, '/ok', { secret: undefined }));
		expect(server.received[0]?.headers).toHaveProperty('webhook-id');
		expect(server.received[0]?.headers).not.toHaveProperty('webhook-signature');
	});

	test('the user agent may be the subscriber’s', async () => {
		await run(events(1, '/ok', { headers: { 'User-Agent': 'shop' } }));
		expect(server.received[0]?.headers['user-agent']).toBe('shop');
	});
});

describe('what is kept of an answer', () => {
	test('2 KB, cut between two characters', async () => {
		const { response } = await one(`/says/${encodeURIComponent('a' + 'ñ'.repeat(2_000))}`);
		expect(response?.body).toBe('a' + 'ñ'.repeat(1_023));
		expect(response?.truncated).toBe(true);
	});

	test('a short one as it is, also where it ends in letters of several bytes', async () => {
		for (const text of ['no cabe más', 'señal ñ', '🎉', 'é'.repeat(682), 'é'.repeat(1_024)]) {
			const { response } = await one(`/says/${encodeURIComponent(text)}`);
			expect(response).toMatchObject({ body: text, truncated: false });
		}
	});

	test.each([
		['10 MB', '/large/10', /^x{2048}$/],
		['an endless one', '/endless', /^x{2048}$/],
		['a bomb', '/bomb', /^\[\d+ bytes of gzip\]$/],
	])('%s is not read to its end, nor unpacked', async (_what, path, body) => {
		const { outcome, response } = await one(path);
		expect(outcome).toBe('delivered');
		expect(response?.truncated).toBe(true);
		expect(response?.body).toMatch(body);
		// The connection was dropped with what was still to come.
		await expect.poll(() => server.atATime).toBe(0);
	});

	test('no secret, wherever it stands', async () => {
		const secrets = ['t0p-s3cret-token', SECRET, SECRET.slice(6)];
		for (const padding of [0, 2_040, 2_047, 2_060, 2_100]) {
			const says = `${'x'.repeat(padding)}${secrets.join(' ')} ${secrets.join('').repeat(60)}`;
			const [result] = await run(
				events(1, `/says/${encodeURIComponent(says)}`, {
					headers: { authorization: 'Bearer t0p-s3cret-token' },
				}),
			);
			expect(result?.response?.body).toContain('x'.repeat(Math.min(padding, 2_000)));
			for (const secret of ['t0p-', 'MfKQ9r8'])
				expect(result?.response?.body).not.toContain(secret);
		}
	});
});

describe('retries within the run', () => {
	test('a fault that passes is delivered, with the same id and a new time', async () => {
		const result = await one('/flaky/2', { budgetMs: 10_000 });
		expect(result).toMatchObject({ outcome: 'delivered', attempt: 1, requests: 3 });
		const [first, second, third] = server.received;
		expect(new Set(server.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
		expect(Number(third?.headers['webhook-timestamp'])).toBeGreaterThan(
			Number(first?.headers['webhook-timestamp']),
		);
		expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(490);
		expect((third?.at ?? 0) - (second?.at ?? 0)).toBeGreaterThanOrEqual(990);
	});

	test('none without a budget', async () => {
		expect(await one('/flaky/1')).toMatchObject({ outcome: 'retryLater', requests: 1 });
	});

	test('a fault that somebody has to mend is not tried again', async () => {
		expect(await one('/status/404', { budgetMs: 10_000 })).toMatchObject({
			outcome: 'retryLater',
			reason: 'status_404',
			requests: 1,
		});
	});

	test('Retry-After is waited for within the budget, else left to the schedule', async () => {
		const within = await one('/status/429?retry-after=1', { budgetMs: 2_500 });
		expect(within.requests).toBe(3);
		const [first, second] = server.received;
		expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(1_000);
		const later = await one('/status/429/b?retry-after=60', { budgetMs: 2_500 });
		expect(later).toMatchObject({ outcome: 'retryLater', requests: 1 });
		expect(
			Date.parse(later.nextAttemptAt ?? '') - Date.parse(later.lastAttemptAt),
		).toBeGreaterThanOrEqual(60_000);
	});
});

describe('attempts of the schedule', () => {
	test('the next one is told, and after the last the delivery is given up with its reason', async () => {
		const schedule = parseSchedule('10s, 20s');
		const firstAttemptAt = '2026-11-07T12:00:00.000Z';
		for (const [earlierAttempts, outcome, delayMs] of [
			[0, 'retryLater', 10_000],
			[1, 'retryLater', 20_000],
			[2, 'gaveUp', undefined],
		] as const) {
			const result = await one('/status/500', { schedule }, { earlierAttempts, firstAttemptAt });
			expect(result).toMatchObject({
				outcome,
				attempt: earlierAttempts + 1,
				reason: 'status_500',
				firstAttemptAt,
			});
			const waitMs = Date.parse(result.nextAttemptAt ?? '') - Date.parse(result.lastAttemptAt);
			if (delayMs === undefined) expect(result).not.toHaveProperty('nextAttemptAt');
			else expect(waitMs).toBeGreaterThanOrEqual(delayMs);
		}
	});
});

describe('order and turns', () => {
	test('results are in the order of the deliveries', async () => {
		const deliveries = subscribers(40, (index) => `/${index % 3 ? 'ok' : 'status/404'}/${index}`);
		const results = await run(deliveries);
		expect(results.map(({ outcome }) => outcome)).toEqual(
			deliveries.map((_, index) => (index % 3 ? 'delivered' : 'retryLater')),
		);
	});

	test('nothing to deliver', async () => {
		expect(await run([])).toEqual([]);
	});

	test('as many at a time as allowed, in all and to one host', async () => {
		const other = await SubscriberServer.start();
		const deliveries = [server, other].flatMap(({ origin }) =>
			Array.from({ length: 40 }, (_, i) => deliveryTo(subscriberAt(`${origin}/late/20/${i}`))),
		);
		await run(deliveries, { concurrencyPerHost: 3 });
		expect([server.mostAtATime, other.mostAtATime]).toEqual([3, 3]);
		server.mostAtATime = 0;
		await run(
			subscribers(40, (i) => `/late/20/${i}`),
			{ concurrency: 2 },
		);
		expect(server.mostAtATime).toBe(2);
		await other.close();
	});

	test('one with a thousand events waits for its turn like all others', async () => {
		const busy = events(300, '/ok/busy');
		const others = subscribers(20, (index) => `/ok/${index}`);
		await run([...busy, ...others], { concurrency: 1 });
		const last = server.received.findLastIndex(({ path }) => path !== '/ok/busy');
		expect(last).toBeLessThan(60);
	});

	test('those that hang give their places to others, of the same host too', async () => {
		const hanging = subscribers(30, (index) => `/hang/${index}`);
		const good = subscribers(30, (index) => `/ok/${index}`);
		const signal = new AbortController();
		const results = run([...hanging, ...good], {
			concurrency: 5,
			concurrencyPerHost: 5,
			slowAfterMs: 20,
			signal: signal.signal,
		});
		// Before any of the hanging ones has reached its time limit.
		await server.got(60);
		await answersAreRead();
		signal.abort();
		expect(tally(await results)).toEqual({ delivered: 30, 'retryLater:cancelled': 30 });
	});

	test('one subscriber that hangs does not take all places of its host', async () => {
		const signal = new AbortController();
		const results = run([...events(500, '/hang'), ...subscribers(30, (i) => `/ok/${i}`)], {
			concurrencyPerHost: 4,
			slowAfterMs: 20,
			signal: signal.signal,
		});
		await server.got(34);
		await answersAreRead();
		expect(server.count('/hang')).toBeLessThanOrEqual(4);
		signal.abort();
		expect(tally(await results).delivered).toBe(30);
	});
});

describe('hosts that fail', () => {
	const nobody = async () => {
		const gone = await SubscriberServer.start();
		const { origin } = gone;
		await gone.close();
		return origin;
	};

	test('after ten failures in a row one more asks, then the rest comes later', async () => {
		const origin = await nobody();
		const deliveries = Array.from({ length: 200 }, (_, index) =>
			deliveryTo(subscriberAt(`${origin}/${index}`)),
		);
		const good = subscribers(50, (index) => `/ok/${index}`);
		const results = await run([...deliveries, ...good], { concurrencyPerHost: 1 });
		expect(tally(results)).toEqual({
			delivered: 50,
			'retryLater:connection_refused': 11,
			'retryLater:circuit_open': 189,
		});
		const skipped = results.filter(({ reason }) => reason === 'circuit_open');
		expect(new Set(skipped.map(({ requests, attempt }) => `${requests} ${attempt}`))).toEqual(
			new Set(['0 1']),
		);
	});

	test('the number is the user’s', async () => {
		const origin = await nobody();
		const deliveries = Array.from({ length: 20 }, (_, index) =>
			deliveryTo(subscriberAt(`${origin}/${index}`)),
		);
		const results = await run(deliveries, { concurrencyPerHost: 1, circuitThreshold: 3 });
		expect(tally(results)['retryLater:connection_refused']).toBe(4);
	});

	test('a host that comes back is delivered to, also what waited', async () => {
		const deliveries = subscribers(100, (index) => `/flaky/1/${index % 12 ? 'x' : 'y'}/${index}`);
		// The first requests fail, each path once: ten of them open the circuit.
		const results = await run(deliveries.slice(0, 10).concat(subscribers(90, (i) => `/ok/${i}`)), {
			concurrencyPerHost: 10,
			budgetMs: 20_000,
		});
		expect(tally(results)).toEqual({ delivered: 100 });
		expect(server.received).toHaveLength(110);
	});

	test('successes between failures keep it closed', async () => {
		const results = await run(
			subscribers(300, (index) => `/${index % 5 ? 'status/500' : 'ok'}/${index}`),
			{ concurrencyPerHost: 1 },
		);
		expect(tally(results)).toEqual({ delivered: 60, 'retryLater:status_500': 240 });
	});

	test('answers that speak against one address do not speak against its host', async () => {
		const results = await run([
			...subscribers(50, (index) => `/status/404/${index}`),
			...subscribers(50, (index) => `/ok/${index}`),
		]);
		expect(tally(results)).toEqual({ delivered: 50, 'retryLater:status_404': 50 });
	});

	test('one subscriber that only fails is left alone, its host is not', async () => {
		const failing = events(200, '/status/500/a');
		const good = events(200, '/ok/b');
		const results = await run(failing.flatMap((delivery, i) => [delivery, good[i] ?? delivery]));
		const { delivered, 'retryLater:circuit_open': skipped } = tally(results);
		expect(delivered).toBe(200);
		expect(skipped).toBeGreaterThan(150);
	});

	test.each([429, 502, 503, 504])('%i halves what its host gets at a time', async (status) => {
		const busy = subscribers(8, (index) => `/gate/8/${index}?status=${status}`);
		const rest = subscribers(28, (index) => `/gate/4/${index}`);
		const options = { concurrencyPerHost: 8, limitMs: 60_000, slowAfterMs: 60_000 };
		const results = await run([...busy, ...rest], options);
		expect(tally(results)).toEqual({ delivered: 28, [`retryLater:status_${status}`]: 8 });
		const most = (first: number, end: number) =>
			Math.max(...server.received.slice(first, end).map(({ together }) => together));
		// Once for all eight that were under way.
		expect([most(0, 8), most(8, 12)]).toEqual([8, 4]);
	});

	test('Retry-After holds back the other events of that subscriber, nobody else’s', async () => {
		const results = await run([...events(20, '/status/503?retry-after=60'), ...events(20, '/ok')], {
			concurrencyPerHost: 1,
			budgetMs: 5_000,
		});
		expect(tally(results)).toEqual({
			delivered: 20,
			'retryLater:status_503': 1,
			'retryLater:asked_to_wait': 19,
		});
		for (const { outcome, nextAttemptAt, lastAttemptAt } of results) {
			if (outcome === 'delivered') continue;
			expect(Date.parse(nextAttemptAt ?? '') - Date.parse(lastAttemptAt)).toBeGreaterThanOrEqual(
				59_000,
			);
		}
	});

	test('Retry-After holds back an event that is next in line, too', async () => {
		await run(events(2, '/status/429?retry-after=1'), { concurrency: 1, budgetMs: 1_500 });
		const [first, second] = server.received;
		expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(1_000);
	});
});

describe('subscribers that want no more', () => {
	test.each([
		['/status/410', 'status_410', 'gone'],
		['/status/500?webhook-delivery=disable', 'disabled_by_receiver', 'asked'],
	])('%s: the rest of their events is not sent', async (path, reason, disables) => {
		const results = await run(events(30, path), { concurrencyPerHost: 1, budgetMs: 1_000 });
		expect(server.received).toHaveLength(1);
		expect(tally(results)).toEqual({ [`gaveUp:${reason}`]: 30 });
		expect(results.every((result) => result.disables === disables)).toBe(true);
		expect(results.filter(({ requests }) => requests === 0)).toHaveLength(29);
	});

	test('disabled in a good answer: that event is delivered, the rest given up', async () => {
		const results = await run(events(5, '/status/200?webhook-delivery=disable'), {
			concurrencyPerHost: 1,
		});
		expect(tally(results)).toEqual({ delivered: 1, 'gaveUp:disabled_by_receiver': 4 });
	});

	test('an event that is not wanted is given up, the others are not', async () => {
		const results = await run(
			[...events(1, '/status/400?webhook-delivery=abort'), ...events(3, '/ok')],
			{ concurrencyPerHost: 1 },
		);
		expect(tally(results)).toEqual({ delivered: 3, 'gaveUp:aborted_by_receiver': 1 });
	});
});

describe('rate limits', () => {
	test('waits within the budget; what would wait longer comes later, one after the other', async () => {
		const limited = events(40, `/ok/limited/${process.hrtime.bigint()}`, { rateLimit: 10 });
		const free = events(40, '/ok/free');
		const results = await run([...limited, ...free], { budgetMs: 950 });
		const late = results.filter(({ reason }) => reason === 'rate_limited');
		expect(tally(results).delivered).toBe(80 - late.length);
		expect(results.slice(40).every(({ outcome }) => outcome === 'delivered')).toBe(true);
		expect(late.length).toBeGreaterThanOrEqual(30);
		expect(late.every(({ attempt, requests }) => attempt === 0 && requests === 0)).toBe(true);
		const due = late.map(({ nextAttemptAt }) => Date.parse(nextAttemptAt ?? ''));
		for (const [index, at] of due.entries()) {
			const before = due[index - 1];
			if (before !== undefined) expect(at - before).toBeGreaterThanOrEqual(99);
		}
		const arrived = server.received.filter(({ path }) => path !== '/ok/free').map(({ at }) => at);
		expect(arrived.length).toBeGreaterThanOrEqual(2);
	});

	test('one that is far too low leaves its deliveries for a day at most', async () => {
		const results = await run(
			events(3, `/ok/low/${process.hrtime.bigint()}`, { rateLimit: 1e-14 }),
		);
		expect(tally(results)).toEqual({ delivered: 1, 'retryLater:rate_limited': 2 });
		const due = results.flatMap(({ nextAttemptAt }) => nextAttemptAt ?? []);
		for (const at of due) expect(Date.parse(at) - Date.now()).toBeLessThanOrEqual(24 * 3_600_000);
		expect(due).toHaveLength(2);
	});

	test('two runs at the same time share one', async () => {
		const path = `/ok/shared/${process.hrtime.bigint()}`;
		const [one, other] = await Promise.all([
			run(events(5, path, { rateLimit: 1 })),
			run(events(5, path, { rateLimit: 1 })),
		]);
		expect(tally([...one, ...other])).toEqual({ delivered: 1, 'retryLater:rate_limited': 9 });
	});
});

describe('cancelled', () => {
	test('what is under way and what was not sent comes later; nothing goes on', async () => {
		const controller = new AbortController();
		const results = run([...events(100, '/hang'), ...events(5, '/status/500')], {
			signal: controller.signal,
			budgetMs: 60_000,
		});
		await server.got(12);
		controller.abort();
		const settled = await results;
		expect(settled).toHaveLength(105);
		expect(settled.every(({ outcome }) => outcome === 'retryLater')).toBe(true);
		expect(tally(settled)['retryLater:cancelled']).toBeGreaterThanOrEqual(100);
		const cancelled = settled.filter(({ reason }) => reason === 'cancelled');
		expect(cancelled.every(({ attempt }) => attempt === 0)).toBe(true);
		await expect.poll(() => server.atATime).toBe(0);
	});

	test('before it began', async () => {
		const results = await run(events(3, '/ok'), { signal: AbortSignal.abort() });
		expect(tally(results)).toEqual({ 'retryLater:cancelled': 3 });
		expect(server.received).toHaveLength(0);
	});
});

test('a dispatcher that is closed is a fault, not a crash', async () => {
	await agent.destroy();
	expect(tally(await run(events(3, '/ok')))).toEqual({ 'retryLater:connection_lost': 3 });
});
