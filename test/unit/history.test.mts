import { describe, expect, it, test } from 'vitest';
import { containsText, eventFilter } from '../../lib/history/filters.ts';
import { eventsOf } from '../../lib/history/executionEvents.ts';
import { GapTally, gap, IdHoles } from '../../lib/history/gaps.ts';
import { planLists } from '../../lib/history/readEvents.ts';
import { PageSize } from '../../lib/history/store/pages.ts';
import { Retries, withOutcome } from '../../lib/history/readExecution.ts';
import type { StoredEvent } from '../../lib/history/storedEvent.ts';
import { Summary, dayOf, hourOf, readInstant } from '../../lib/history/summary.ts';
import { crashedWith, redacted, startedWith } from '../support/n8nExecutions.mts';
import { storedEvent } from '../support/sampleReport.mts';

const event = (changes: Record<string, unknown> = {}) => ({
	specversion: '1.0',
	id: 'e1',
	source: '/shop',
	type: 'kometia.order.paid',
	subject: 'order-1',
	time: '2026-01-01T00:00:00.000Z',
	datacontenttype: 'application/json',
	verification: 'api-lookup',
	dedupekey: 'e1',
	data: { total: 1250, customer: { name: 'José Ñandú' }, raw: { ok: true } },
	...changes,
});

const execution = (changes: Record<string, unknown> = {}) => ({
	id: '7',
	workflowId: 'w1',
	mode: 'webhook',
	status: 'success',
	startedAt: '2026-01-01T00:00:01.000Z',
	stoppedAt: '2026-01-01T00:00:03.000Z',
	retryOf: null,
	retrySuccessId: null,
	workflowData: {
		id: 'w1',
		name: 'Orders',
		nodes: [{ name: 'Trigger', type: 'n8n-nodes-realtime-webhooks.kometiaTrigger' }],
	},
	data: startedWith('Trigger', [event()]),
	...changes,
});

const webhookNode = {
	id: 'w1',
	name: 'Plain',
	nodes: [{ name: 'Webhook', type: 'n8n-nodes-base.webhook' }],
};

describe('the events of an execution', () => {
	it('is what its trigger gave, with the execution around it', () => {
		expect(eventsOf(execution())).toEqual([
			{
				event: event(),
				executionId: '7',
				workflowId: 'w1',
				workflowName: 'Orders',
				triggerName: 'Trigger',
				mode: 'webhook',
				status: 'success',
				startedAt: new Date('2026-01-01T00:00:01.000Z'),
				stoppedAt: new Date('2026-01-01T00:00:03.000Z'),
			},
		]);
	});

	it('are as many as the trigger has items', () => {
		const data = startedWith('Trigger', [event(), { not: 'an event' }, event({ id: 'e2' })]);
		const events = eventsOf(execution({ data }));
		expect(Array.isArray(events) && events.map((one) => one.event.id)).toEqual(['e1', 'e2']);
	});

	it('survive a crash on the stack, behind what n8n made up', () => {
		const data = crashedWith('Trigger', [event()]);
		expect(eventsOf(execution({ status: 'crashed', data }))).toMatchObject([
			{ event: { id: 'e1' }, status: 'crashed', failedNode: 'Work' },
		]);
	});

	it('are on the stack where the trigger itself failed', () => {
		const failed = { resultData: { runData: { Trigger: [{ error: { message: 'no' } }] } } };
		const { executionData } = crashedWith('Trigger', [event()]);
		expect(eventsOf(execution({ data: { ...failed, executionData } }))).toHaveLength(1);
	});

	it('are found on any output of the trigger', () => {
		const output = { main: [[], [{ json: event() }]] };
		const data = { resultData: { runData: { Trigger: [{ source: [], data: output }] } } };
		expect(eventsOf(execution({ data }))).toHaveLength(1);
	});

	it('are none where the trigger dropped a repeat', () => {
		expect(eventsOf(execution({ data: startedWith('Trigger', []) }))).toEqual([]);
	});

	it('name the node that failed and its words, cut', () => {
		const data = startedWith('Trigger', [event()], 'x'.repeat(5000));
		const [found] = [eventsOf(execution({ status: 'error', data }))].flat();
		expect(found).toMatchObject({ failedNode: 'Work', error: 'x'.repeat(1000) });
	});

	it('do not count where a sub-workflow was handed them, although n8n names the caller', () => {
		const data = startedWith('When called', [event()]);
		const executionData = {
			nodeExecutionStack: [],
			runtimeData: { triggerNode: { name: 'Trigger', type: 'x.trigger' } },
		};
		const sub = execution({ mode: 'integrated', data: { ...data, executionData } });
		expect(eventsOf(sub)).toEqual([]);
		const replay = startedWith('When called', [event({ replayof: '3' })]);
		const again = execution({ mode: 'integrated', data: { ...replay, executionData } });
		expect(eventsOf(again)).toMatchObject([
			{ event: { replayof: '3' }, triggerName: 'When called' },
		]);
	});

	test.each([
		['a schedule', { timestamp: 'x' }],
		['no id', event({ id: '' })],
		['another version', event({ specversion: '0.3' })],
		['no type', event({ type: undefined })],
	])('%s is no event', (_name, item) => {
		expect(eventsOf(execution({ data: startedWith('Trigger', [item]) }))).toEqual([]);
	});

	test.each([
		['redacted', { data: redacted(startedWith('Trigger', [event()])) }, 'redacted'],
		['too large', { dataTooLargeToDisplay: true }, 'too_large'],
		['without data', { data: undefined }, 'unreadable'],
	])('that are %s are a gap', (_name, changes, reason) => {
		expect(eventsOf(execution(changes))).toMatchObject({
			reason,
			count: 1,
			executionIds: ['7'],
			workflowId: 'w1',
			workflowName: 'Orders',
			hint: expect.stringMatching(/\w{20}|EXECUTIONS|Redact|log/),
		});
	});

	const began = (run: unknown, stack: unknown[] = []) => ({
		resultData: { runData: run },
		executionData: {
			runtimeData: { triggerNode: { name: 'Trigger', type: 'x.yTrigger' } },
			nodeExecutionStack: stack,
		},
	});

	test.each([
		['a run that is null', began({ Trigger: [null] })],
		['a run that is a text', began({ Trigger: ['x'] })],
		['no run of the trigger', began({ Trigger: [] })],
		['no list of runs', began({ Trigger: null })],
		['no runs at all', began({})],
		['runs that are null', began(null)],
		['a run without data', began({ Trigger: [{ source: [] }] })],
		['data without outputs', began({ Trigger: [{ source: [], data: { main: null } }] })],
		['items that are null', began({ Trigger: [{ source: [], data: { main: [[null]] } }] })],
		[
			'an item without JSON',
			began({ Trigger: [{ source: [], data: { main: [[{ json: null }]] } }] }),
		],
	])('a trigger whose data are lost is a gap: %s', (_name, data) => {
		expect(eventsOf(execution({ data }))).toMatchObject({ reason: 'unreadable', count: 1 });
		const other = {
			...execution().workflowData,
			nodes: [{ name: 'Trigger', type: 'n8n-nodes-base.scheduleTrigger' }],
		};
		expect(eventsOf(execution({ data, workflowData: other }))).toEqual([]);
	});

	test.each([
		[
			'its trigger lost the connection',
			'error',
			began({ Trigger: [{ error: { message: 'gone' } }] }),
		],
		['it was cancelled before it began', 'canceled', began({})],
		['it waits for its turn', 'new', began({})],
		[
			'an output of its trigger is empty',
			'success',
			began({ Trigger: [{ data: { main: [null] } }] }),
		],
	])('an execution that took nothing in is no gap: %s', (_name, status, data) => {
		expect(eventsOf(execution({ status, data }))).toEqual([]);
	});

	test.each([
		['redacted', { data: redacted(startedWith('Webhook', [{}])) }],
		['too large', { dataTooLargeToDisplay: true }],
	])('a workflow that brings no events leaves no gap: %s', (_name, changes) => {
		expect(eventsOf(execution({ workflowData: webhookNode, ...changes }))).toEqual([]);
		const asked = { includeN8nWebhook: true };
		expect(eventsOf(execution({ workflowData: webhookNode, ...changes }), asked)).toMatchObject({
			count: 1,
		});
	});

	test.each([[undefined], [null], [{}], ['text'], [{ id: '1; DROP', workflowId: 'w' }]])(
		'%j is unreadable, not fatal',
		(json) => {
			expect(eventsOf(json)).toMatchObject({ reason: 'unreadable' });
		},
	);
});

describe("n8n's own Webhook node", () => {
	const item = {
		headers: {
			host: 'n8n.example.com',
			authorization: 'Bearer s3cret',
			cookie: 's3cret',
			'x-api-key': 's3cret',
			'x-hub-signature-256': 's3cret',
			'webhook-id': 'msg_1',
		},
		params: {},
		query: { page: '2' },
		body: { total: 12 },
		webhookUrl: 'https://n8n.example.com/webhook/orders',
		executionMode: 'production',
	};
	const asked = execution({ workflowData: webhookNode, data: startedWith('Webhook', [item]) });

	it('is left out, unless asked for', () => {
		expect(eventsOf(asked)).toEqual([]);
	});

	it('is an event of its request, without its secrets', () => {
		const events = eventsOf(asked, { includeN8nWebhook: true });
		expect(events).toMatchObject([
			{
				event: {
					id: 'msg_1',
					source: '/webhook/orders',
					type: 'n8n.webhook',
					verification: 'none',
					time: '2026-01-01T00:00:01.000Z',
					data: {
						headers: { host: 'n8n.example.com' },
						query: { page: '2' },
						body: { total: 12 },
						raw: { total: 12 },
					},
				},
				webhookItem: item,
			},
		]);
		const [found] = [events].flat();
		expect(JSON.stringify(found && 'event' in found && found.event)).not.toContain('s3cret');
	});

	it('has the id of the execution where the sender named none', () => {
		const data = startedWith('Webhook', [{ ...item, headers: {} }]);
		const events = eventsOf({ ...asked, data }, { includeN8nWebhook: true });
		expect(events).toMatchObject([{ event: { id: '7' } }]);
	});
});

describe('filters', () => {
	const fits = (filters: Parameters<typeof eventFilter>[0], changes = {}) =>
		eventFilter(filters)(event(changes) as unknown as StoredEvent['event']);

	test.each([
		[{}, true],
		[{ eventTypes: [] }, true],
		[{ eventTypes: ['kometia.*'] }, true],
		[{ eventTypes: ['whatsapp.*', '*.paid'] }, true],
		[{ eventTypes: ['kometia.order'] }, false],
		[{ sources: ['/shop*'] }, true],
		[{ sources: ['shop'] }, false],
		[{ subjects: ['order-*'] }, true],
		[{ subjects: ['order-2'] }, false],
		[{ eventId: 'e1' }, true],
		[{ eventId: 'E1' }, false],
		[{ text: 'ñandú' }, true],
		[{ text: 'JOSÉ' }, true],
		[{ text: '1250' }, true],
		[{ text: 'customer' }, false],
		[{ text: '.*' }, false],
		[{ timeOf: 'event', since: new Date('2026-01-01T00:00:00Z') }, true],
		[{ timeOf: 'event', since: new Date('2026-01-01T00:00:00.001Z') }, false],
		[{ timeOf: 'event', until: new Date('2025-12-31T23:59:59Z') }, false],
		// What is about executions is not the event's business.
		[{ since: new Date('2027-01-01T00:00:00Z'), statuses: ['error'] }, true],
	] as const)('%j fits: %s', (filters, expected) => {
		expect(fits(filters)).toBe(expected);
	});

	it('an event without a time fits no span of times', () => {
		const until = new Date('2026-01-01T00:00:00Z');
		const event = storedEvent({}, { time: null }).event;
		expect(eventFilter({ timeOf: 'event', until })(event)).toBe(false);
	});

	it('looks into any depth of the data', () => {
		let deep: unknown = 'needle';
		for (let level = 0; level < 50_000; level += 1) deep = [{ level: deep }];
		expect(containsText(deep, 'needle')).toBe(true);
		expect(containsText(deep, 'pin')).toBe(false);
		expect(containsText([[{ a: ['needle'] }]], 'needle')).toBe(true);
		expect(containsText({ a: null, b: undefined, c: true }, 'true')).toBe(true);
	});
});

describe('which lists are read', () => {
	const now = new Date('2026-02-01T00:00:00Z');
	const plan = (filters: Parameters<typeof planLists>[0]) =>
		planLists(filters, now).queries.map(({ workflowId, status }) => [workflowId, status].join(' '));

	it('is one, and what runs before it', () => {
		expect(plan({})).toEqual([' running', ' ']);
	});

	it('leaves to n8n what n8n can filter', () => {
		expect(plan({ statuses: ['error', 'crashed'] })).toEqual([' error', ' crashed']);
		expect(plan({ workflowIds: ['a', 'b'] })).toEqual(['a running', 'b running', 'a ', 'b ']);
	});

	it('reads everything for successes: a retried failure is one', () => {
		expect(plan({ statuses: ['success'] })).toEqual([' ']);
	});

	it('asks for what has no start yet where there is a time', () => {
		expect(plan({ since: now })).toEqual([' running', ' new', ' ']);
		expect(plan({ until: new Date(now.getTime() - 1) })).toEqual([' running', ' ']);
	});

	it('does not open a list for each of very many workflows', () => {
		expect(plan({ workflowIds: Array.from({ length: 50 }, (_, n) => `w${n}`) })).toHaveLength(2);
	});
});

describe('the size of a page', () => {
	it('grows to 250 where executions are small, and shrinks where they are large', () => {
		const size = new PageSize(8_000_000);
		const sizes = [size.limit];
		for (const each of [1_000, 1_000, 1_000, 400_000, 50_000_000]) {
			size.learn(size.limit, size.limit * each);
			sizes.push(size.limit);
		}
		expect(sizes).toEqual([10, 80, 250, 250, 20, 1]);
		expect(size.shrink()).toBe(false);
	});
});

describe('retries', () => {
	const head = (id: string, status: 'error' | 'success', retryOf?: string) => ({
		id,
		workflowId: 'w',
		mode: 'retry',
		status,
		retryOf,
	});

	it('count as the outcome of what they retried, the newest one', () => {
		const retries = new Retries();
		retries.note(head('9', 'success', '5'));
		retries.note(head('8', 'error', '2'), { error: 'again' });
		retries.note(head('5', 'error', '2'));
		expect(retries.pending).toEqual(['2']);
		expect(retries.settle(head('2', 'error'))).toMatchObject({ retriedBy: '8', error: 'again' });
		expect(retries.pending).toEqual([]);
	});

	it('are followed where a retry was retried', () => {
		const retries = new Retries();
		retries.note(head('9', 'success', '5'));
		retries.note(head('5', 'error', '2'));
		expect(retries.settle(head('2', 'error'))).toEqual({ retriedBy: '9', status: 'success' });
	});

	it('take the failure away where they succeeded', () => {
		const [failed] = [
			eventsOf(execution({ status: 'error', data: startedWith('Trigger', [event()], 'no') })),
		].flat();
		if (failed === undefined || 'reason' in failed) throw new Error('no event');
		const healed = withOutcome(failed, { retriedBy: '9', status: 'success' });
		expect(healed).toMatchObject({ status: 'success', retriedBy: '9', executionId: '7' });
		expect(healed.error).toBeUndefined();
	});
});

describe('gaps', () => {
	it('are put together by reason and workflow, with a few ids', () => {
		const tally = new GapTally();
		for (let id = 1; id <= 100; id += 1) {
			tally.add(gap('redacted', { count: 1, executionIds: [String(id)], workflowId: 'w' }));
		}
		tally.add(gap('redacted', { count: 1, executionIds: ['200'], workflowId: 'v' }));
		expect(tally.all()).toMatchObject([{ count: 100, workflowId: 'w' }, { workflowId: 'v' }]);
		expect(tally.all()[0]?.executionIds).toHaveLength(10);
	});

	it('stay bounded with very many workflows, and lose no count', () => {
		const tally = new GapTally();
		for (let id = 1; id <= 5_000; id += 1) {
			tally.add(gap('too_large', { count: 1, workflowId: `w${id}` }));
		}
		expect(tally.all()).toHaveLength(1_001);
		expect(tally.all().reduce((sum, { count = 0 }) => sum + count, 0)).toBe(5_000);
	});

	it('are holes in the ids, but not beyond what there was at the beginning', () => {
		const holes = new IdHoles(10);
		for (const id of [14, 10, 9, 6, 5]) holes.see(id);
		expect(holes.gap()).toMatchObject({ reason: 'missing', count: 2 });
		const whole = new IdHoles(3);
		for (const id of [3, 2]) whole.see(id);
		expect(whole.gap()).toBeUndefined();
	});
});

describe('times', () => {
	test.each([
		['2026-11-07T12:00:00Z', 'America/Lima', '2026-11-07T12:00:00.000Z'],
		['2026-11-07T12:00:00.5-0500', 'Europe/Madrid', '2026-11-07T17:00:00.500Z'],
		['2026-11-07T12:00:00', 'America/Lima', '2026-11-07T17:00:00.000Z'],
		['2026-11-07 12:00', 'America/Lima', '2026-11-07T17:00:00.000Z'],
		['2026-11-07', 'Asia/Kolkata', '2026-11-06T18:30:00.000Z'],
		// The clocks go forward at 2:00 on this day.
		['2026-03-29T03:30:00', 'Europe/Madrid', '2026-03-29T01:30:00.000Z'],
		['2026-03-29T01:30:00', 'Europe/Madrid', '2026-03-29T00:30:00.000Z'],
	])('%s in %s is %s', (text, zone, expected) => {
		expect(readInstant(text, zone)?.toISOString()).toBe(expected);
	});

	it('are read from dates, numbers and what has such a value', () => {
		const at = Date.UTC(2026, 0, 1);
		for (const value of [at, new Date(at), { valueOf: () => at }]) {
			expect(readInstant(value, 'UTC')).toEqual(new Date(at));
		}
	});

	test.each([['yesterday'], ['2026-13-40'], ['12:00'], [{}], [true], [Number.NaN], ['']])(
		'%j is none',
		(value) => {
			expect(readInstant(value, 'UTC')).toBeUndefined();
		},
	);

	it('fall on the day and the hour of the zone', () => {
		const instant = new Date('2026-11-07T03:59:59Z');
		expect(dayOf(instant, 'America/Lima')).toBe('2026-11-06');
		expect(hourOf(instant, 'America/Lima')).toBe('2026-11-06T22:00:00-05:00');
		expect(hourOf(instant, 'Asia/Kolkata')).toBe('2026-11-07T09:00:00+05:30');
		expect(hourOf(instant, 'UTC')).toBe('2026-11-07T03:00:00+00:00');
	});

	it('tell the hour that comes twice apart', () => {
		const zone = 'Europe/Madrid';
		expect(hourOf(new Date('2026-10-25T00:30:00Z'), zone)).toBe('2026-10-25T02:00:00+02:00');
		expect(hourOf(new Date('2026-10-25T01:30:00Z'), zone)).toBe('2026-10-25T02:00:00+01:00');
	});
});

describe('a summary', () => {
	const stored = (changes: Record<string, unknown>, type = 'a.b'): StoredEvent => {
		const [found] = [
			eventsOf(execution({ ...changes, data: startedWith('Trigger', [event({ type })]) })),
		].flat();
		if (found === undefined || 'reason' in found) throw new Error('no event');
		return found;
	};

	it('counts by what was asked for, with failures and the slowest', () => {
		const summary = new Summary({ groupBy: ['type'], timeZone: 'UTC' });
		summary.add(stored({ id: '1' }));
		summary.add(stored({ id: '2', status: 'error', stoppedAt: '2026-01-01T00:00:11.000Z' }));
		summary.add(stored({ id: '3', status: 'crashed', stoppedAt: null }));
		summary.add(stored({ id: '4' }, 'c.d'));
		expect(summary.all()).toEqual([
			{
				type: 'a.b',
				total: 3,
				failures: 2,
				failureRatio: 0.6667,
				averageMs: 6_000,
				slowestMs: 10_000,
				slowestExecutionId: '2',
				firstAt: new Date('2026-01-01T00:00:01.000Z'),
				lastAt: new Date('2026-01-01T00:00:01.000Z'),
			},
			expect.objectContaining({ type: 'c.d', total: 1, failures: 0, failureRatio: 0 }),
		]);
	});

	it('is in the order of time where it has one', () => {
		const summary = new Summary({ groupBy: ['day', 'status'], timeZone: 'America/Lima' });
		for (const day of ['05', '03', '04', '03']) {
			summary.add(stored({ startedAt: `2026-01-${day}T12:00:00Z`, stoppedAt: null }));
		}
		expect(summary.all().map(({ day, status, total }) => [day, status, total])).toEqual([
			['2026-01-03', 'success', 2],
			['2026-01-04', 'success', 1],
			['2026-01-05', 'success', 1],
		]);
	});

	it('refuses more groups than it may hold', () => {
		const summary = new Summary({ groupBy: ['type'], timeZone: 'UTC', most: 2 });
		summary.add(stored({}, 'a'));
		summary.add(stored({}, 'b'));
		expect(() => summary.add(stored({}, 'c'))).toThrow('more than 2 groups');
	});

	it('without groups is one line, and none where there is nothing', () => {
		const summary = new Summary({ groupBy: [], timeZone: 'UTC' });
		expect(summary.all()).toEqual([]);
		summary.add(stored({}));
		expect(summary.all()).toMatchObject([{ total: 1 }]);
	});
});
