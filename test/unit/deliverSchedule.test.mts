import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DeliveryResult } from '../../lib/deliver/delivery.ts';
import { healthChanges } from '../../lib/deliver/health.ts';
import { Queue } from '../../lib/deliver/host.ts';
import { RateLimits } from '../../lib/flow/rates.ts';
import {
	DEFAULT_SCHEDULE,
	InvalidScheduleError,
	nextDelayMs,
	parseSchedule,
} from '../../lib/deliver/schedule.ts';
import {
	invalidHeaderName,
	sendableHeaders,
	type Subscriber,
} from '../../lib/subscriber/subscriber.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = new Date('2026-11-07T12:00:00.000Z');

describe('schedule', () => {
	test('the default is that of Standard Webhooks', () => {
		expect(parseSchedule(DEFAULT_SCHEDULE).delaysMs).toEqual([
			5_000,
			5 * MINUTE,
			30 * MINUTE,
			2 * HOUR,
			5 * HOUR,
			10 * HOUR,
			14 * HOUR,
			20 * HOUR,
			24 * HOUR,
		]);
	});

	test.each([
		['', []],
		['30', [30_000]],
		['0', [0]],
		['1.5h;250ms 1d', [90 * MINUTE, 250, 24 * HOUR]],
		[' 5S , 2M ', [5_000, 2 * MINUTE]],
	])('reads %j', (text, delaysMs) => {
		expect(parseSchedule(text).delaysMs).toEqual(delaysMs);
	});

	test.each(['5x', '-5s', 's', '5s,,x', 'NaN', '1e3s', '31d', Array(101).fill('1s').join()])(
		'refuses %s',
		(text) => {
			expect(() => parseSchedule(text)).toThrow(InvalidScheduleError);
		},
	);

	test('jitter of up to a tenth both ways, and the end after the last wait', () => {
		const schedule = parseSchedule('100s, 200s');
		expect(nextDelayMs(schedule, 1, undefined, () => 0)).toBe(90_000);
		expect(nextDelayMs(schedule, 1, undefined, () => 0.5)).toBe(100_000);
		expect(nextDelayMs(schedule, 2, undefined, () => 1)).toBe(220_000);
		expect(nextDelayMs(schedule, 3, undefined, () => 0.5)).toBeUndefined();
		expect(nextDelayMs(schedule, 3, 60_000, () => 0.5)).toBeUndefined();
	});

	test('never earlier than asked, up to a day', () => {
		const schedule = parseSchedule('100s');
		fc.assert(
			fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(1e9), (random, askedMs) => {
				const delayMs = nextDelayMs(schedule, 1, askedMs, () => random) ?? 0;
				expect(delayMs).toBeGreaterThanOrEqual(Math.min(askedMs, 24 * HOUR));
				// It is rounded to whole milliseconds.
				const most = Math.max(110_000, 1.1 * Math.min(askedMs, 24 * HOUR));
				expect(delayMs).toBeLessThanOrEqual(Math.ceil(most));
			}),
			{ examples: [[0.9999999230838131, 52_004_659]] },
		);
	});
});

describe('rate limits', () => {
	test('no second has more than allowed', () => {
		const limits = new RateLimits();
		const sent: number[] = [];
		for (let now = 0; now < 5_000; now += 7) if (limits.take('a', 8, now) === 0) sent.push(now);
		for (const at of sent) {
			const second = sent.filter((other) => other >= at && other < at + 1_000);
			expect(second.length).toBeLessThanOrEqual(8);
		}
		expect(sent.length).toBeGreaterThan(30);
	});

	test('tells how long to wait, and each key for itself', () => {
		const limits = new RateLimits();
		expect(limits.take('a', 2, 1_000)).toBe(0);
		expect(limits.take('a', 2, 1_100)).toBe(400);
		expect(limits.take('b', 2, 1_100)).toBe(0);
		expect(limits.take('a', 2, 1_500)).toBe(0);
	});

	test('a rate that was wrong and is corrected holds nothing up', () => {
		const limits = new RateLimits();
		expect(limits.take('a', 0.0001, 1_000)).toBe(0);
		expect(limits.take('a', 0.0001, 2_000)).toBe(9_999_000);
		expect(limits.take('a', 4, 1_100)).toBe(150);
		expect(limits.take('a', 4, 2_000)).toBe(0);
		expect(limits.take('a', 4, 2_100)).toBe(150);
	});

	test('a clock that is set back holds nothing up', () => {
		const limits = new RateLimits();
		expect(limits.take('a', 2, 10_000_000)).toBe(0);
		expect(limits.take('a', 2, 1_000)).toBe(500);
		expect(limits.take('a', 2, 1_400)).toBe(100);
		expect(limits.take('a', 2, 1_500)).toBe(0);
	});

	test('keeps no more than its share of memory', () => {
		const limits = new RateLimits();
		for (let key = 0; key < 30_000; key += 1) limits.take(String(key), 0.001, key);
		expect(Reflect.get(limits, 'taken').size).toBeLessThanOrEqual(10_000);
	});
});

test('a queue gives back what it got, in order', () => {
	fc.assert(
		fc.property(
			fc.array(fc.option(fc.nat(), { nil: undefined }), { maxLength: 5_000 }),
			(steps) => {
				const queue = new Queue<number>();
				const model: number[] = [];
				for (const step of steps) {
					if (step === undefined) expect(queue.shift()).toBe(model.shift());
					else {
						queue.push(step);
						model.push(step);
					}
					expect(queue.size).toBe(model.length);
				}
				expect(queue.drain()).toEqual(model);
				expect(queue.size).toBe(0);
			},
		),
		{ numRuns: 30 },
	);
});

test('a subscriber sets no header that belongs to the delivery or the connection', () => {
	const headers = {
		'X-Team': 'a',
		'Webhook-Id': 'b',
		'webhook-signature': 'c',
		HOST: 'd',
		'Content-Length': '1',
		'content-type': 'text/plain',
		Connection: 'close',
		'transfer-encoding': 'chunked',
		Authorization: 'Bearer e',
	};
	expect(sendableHeaders(headers)).toEqual(['X-Team', 'a', 'Authorization', 'Bearer e']);
	expect(invalidHeaderName(headers)).toBeUndefined();
	expect(invalidHeaderName({ a: 'b', 'x-split': 'a\r\nhost: evil' })).toBe('x-split');
	expect(invalidHeaderName({ 'bad name': 'b' })).toBe('bad name');
});

describe('health of subscribers after a run', () => {
	const DAY = 24 * HOUR;
	const ago = (ms: number) => new Date(NOW.getTime() - ms);
	const delivered = { outcome: 'delivered' };
	const failed = { outcome: 'retryLater', reason: 'status_500' };
	const gone = { outcome: 'gaveUp', reason: 'status_410', disables: 'gone' };

	const changes = (failingSince: Date | undefined, ...results: Array<Partial<DeliveryResult>>) => {
		const subscriber: Subscriber = {
			id: 'sub_1',
			url: 'https://a.example',
			events: ['*'],
			headers: {},
			active: true,
			createdAt: NOW,
			...(failingSince === undefined ? {} : { failingSince }),
		};
		const delivery = {
			webhookId: 'msg_1',
			subscriber,
			body: { contentType: '', text: '' },
			earlierAttempts: 0,
		};
		return healthChanges(
			results.map(() => delivery),
			results as DeliveryResult[],
			NOW,
		).map(({ subscriber: of, ...change }) => ({ id: of.id, ...change }));
	};

	test.each([
		['works and worked', undefined, [delivered, delivered], []],
		['fails for the first time', undefined, [failed], [{ failingSince: NOW }]],
		['fails again', ago(4.9 * DAY), [failed], []],
		['fails for five days', ago(5 * DAY), [failed, failed], [{ disable: 'failing' }]],
		['works again', ago(5 * DAY), [failed, delivered], [{ failingSince: null }]],
		['fails once among others', undefined, [delivered, failed], []],
		['answers 410', undefined, [gone], [{ failingSince: NOW, disable: 'gone' }]],
		[
			'asks for no more in a good answer',
			ago(DAY),
			[{ ...delivered, disables: 'asked' }],
			[{ failingSince: null, disable: 'asked' }],
		],
	])('%s', (_what, failingSince, results, expected) => {
		expect(changes(failingSince, ...(results as Array<Partial<DeliveryResult>>))).toEqual(
			expected.map((change) => ({ id: 'sub_1', ...change })),
		);
	});

	test.each([
		'rate_limited',
		'cancelled',
		'circuit_open',
		'asked_to_wait',
		'aborted_by_receiver',
	] as const)('%s says nothing about it', (reason) => {
		expect(changes(ago(9 * DAY), { outcome: 'retryLater', reason })).toEqual([]);
	});

	test('one change for each subscriber', () => {
		const subscribers = ['a', 'b', 'a'].map((id) => ({
			webhookId: 'm',
			body: { contentType: '', text: '' },
			earlierAttempts: 0,
			subscriber: { id, url: '', events: [], headers: {}, active: true, createdAt: NOW },
		}));
		const results = subscribers.map(() => failed) as DeliveryResult[];
		expect(healthChanges(subscribers, results, NOW).map((c) => c.subscriber.id)).toEqual([
			'a',
			'b',
		]);
	});
});
