import { describe, expect, it, test } from 'vitest';
import type { StoredEvent } from '../../lib/history/storedEvent.ts';
import { AdmissionDesk, type AdmissionOptions, ReplayClaims } from '../../lib/replay/admission.ts';
import {
	eventKey,
	replayedItem,
	type ReplayResult,
	type EarlierReplays,
	type Ran,
	type ReplayTarget,
} from '../../lib/replay/replayTarget.ts';
import {
	findOriginalTrigger,
	findTargetTrigger,
	mayCall,
	type WorkflowNode,
	startFromTrigger,
} from '../../lib/replay/publishedWorkflow.ts';
import {
	newestFailures,
	replayEvents,
	type ReplayRunOptions,
} from '../../lib/replay/replayEvents.ts';
import { Pace } from '../../lib/flow/rates.ts';

const node = (name: string, type: string, more: object = {}): WorkflowNode => ({
	id: `id of ${name}`,
	name,
	type,
	parameters: {},
	...more,
});
const ours = (name: string, more: object = {}) =>
	node(name, 'n8n-nodes-realtime-webhooks.baileysTrigger', more);

function stored(id: string, executionId = '1', more: Partial<StoredEvent> = {}): StoredEvent {
	const event = {
		specversion: '1.0' as const,
		id,
		source: '/shop',
		type: 'order.paid',
		time: '2026-01-01T00:00:00.000Z',
		datacontenttype: 'application/json' as const,
		verification: 'none' as const,
		dedupekey: id,
		data: { raw: null },
	};
	return {
		event,
		executionId,
		workflowId: 'w1',
		workflowName: 'Orders',
		triggerName: 'Trigger',
		mode: 'webhook',
		status: 'error',
		startedAt: new Date('2026-01-01T00:00:00Z'),
		...more,
	};
}

describe('the trigger of a workflow as it is today', () => {
	const place = (...nodes: WorkflowNode[]) => ({ name: 'Orders', nodes });
	const never = async () => {
		throw new Error('was asked for');
	};

	it('is the one of that name, without a further question', async () => {
		const trigger = ours('Trigger');
		const workflow = place(ours('Other'), trigger);
		expect(await findOriginalTrigger(workflow, 'Trigger', never)).toBe(trigger);
	});

	it.each<[string, WorkflowNode[], WorkflowNode]>([
		['id', [ours('Other'), ours('New', { id: 'id of Trigger' })], ours('Trigger')],
		[
			'webhook id',
			[ours('Other'), ours('New', { webhookId: 'hook' })],
			ours('Trigger', { webhookId: 'hook' }),
		],
		[
			'type, where only one has it',
			[node('Cron', 'x.scheduleTrigger'), ours('New')],
			ours('Trigger'),
		],
	])('is found by its %s', async (_by, nodes, then) => {
		const found = await findOriginalTrigger(place(...nodes), 'Trigger', async () => then);
		expect(found).toMatchObject({ name: 'New' });
	});

	it('is not guessed among several, nor another node of its name', async () => {
		const several = place(ours('A'), ours('B'), node('Trigger', 'n8n-nodes-base.noOp'));
		expect(await findOriginalTrigger(several, 'Trigger', async () => ours('Trigger'))).toEqual({
			refused: 'trigger_missing',
			message: expect.stringContaining("no longer has the trigger 'Trigger'"),
		});
		expect(await findOriginalTrigger(several, 'Trigger', async () => undefined)).toMatchObject({
			refused: 'trigger_missing',
		});
	});

	const sub = node('Called', 'n8n-nodes-base.executeWorkflowTrigger');
	const cron = node('Cron', 'n8n-nodes-base.scheduleTrigger');
	const hook = node('Hook', 'n8n-nodes-base.webhook');
	it.each<[string, WorkflowNode[], string, unknown]>([
		['the one that was named', [sub, cron], 'Cron', cron],
		['the one for callers', [cron, sub, ours('Trigger')], '', sub],
		['the one named like the original', [cron, ours('Trigger')], '', { name: 'Trigger' }],
		['the only one', [hook, node('Work', 'n8n-nodes-base.noOp')], '', hook],
		['the only one that is on', [hook, { ...cron, disabled: true }], '', hook],
		['no unknown one', [sub], 'Nobody', { refused: 'trigger_missing' }],
		['none of several', [hook, cron], '', { refused: 'trigger_ambiguous' }],
		['nothing', [node('Work', 'n8n-nodes-base.noOp')], '', { refused: 'trigger_missing' }],
	])('another workflow starts at %s', (_which, nodes, chosen, expected) => {
		expect(findTargetTrigger(place(...nodes), chosen, 'Trigger')).toMatchObject(expected as object);
	});
});

test('a workflow starts at one trigger with what it is handed; nobody answers a webhook', () => {
	const trigger = ours('Trigger', {
		position: [1, 2],
		credentials: { realtimeWebhooksInboxHubApi: { id: '1' } },
		webhookId: 'hook',
	});
	const work = node('Work', 'n8n-nodes-base.noOp');
	const nodes = [
		node('Called', 'n8n-nodes-base.executeWorkflowTrigger'),
		work,
		trigger,
		node('Respond', 'n8n-nodes-base.respondToWebhook'),
	];
	const before = structuredClone(nodes);
	const started = startFromTrigger(nodes, trigger);
	expect(started).toEqual([
		{
			id: 'id of Trigger',
			name: 'Trigger',
			position: [1, 2],
			type: 'n8n-nodes-base.executeWorkflowTrigger',
			typeVersion: 1.1,
			parameters: { inputSource: 'passthrough' },
		},
		{ ...nodes[0], disabled: true },
		work,
		{ ...nodes[3], disabled: true },
	]);
	expect(nodes).toEqual(before);
});

test.each<[Record<string, unknown>, boolean]>([
	[{}, true],
	[{ callerPolicy: 'any' }, true],
	[{ callerPolicy: 'workflowsFromSameOwner' }, true],
	[{ callerPolicy: 'none' }, false],
	[{ callerPolicy: 'workflowsFromAList', callerIds: 'a, me ,b' }, true],
	[{ callerPolicy: 'workflowsFromAList', callerIds: 'a,men' }, false],
	[{ callerPolicy: 'workflowsFromAList' }, false],
])('whether settings %j let this workflow call', (settings, expected) => {
	expect(mayCall({ name: 'Orders', settings }, 'me') === undefined).toBe(expected);
});

test('a replay is the same event; a replay of a replay names the first execution', () => {
	const at = new Date('2026-02-02T02:02:02Z');
	const first = replayedItem(stored('A', '7'), at);
	expect(first).toEqual({
		...stored('A').event,
		replayof: '7',
		replayedat: '2026-02-02T02:02:02.000Z',
	});
	const again = { ...stored('A', '9'), event: first as unknown as StoredEvent['event'] };
	expect(replayedItem(again, at)).toMatchObject({ id: 'A', replayof: '7' });
	const request = { headers: { 'x-token': 't' }, body: { n: 1 } };
	expect(replayedItem({ ...stored('A', '7'), webhookItem: request }, at)).toEqual({
		...request,
		replayof: '7',
		replayedat: '2026-02-02T02:02:02.000Z',
	});
});

describe('claims', () => {
	const claim = (claims: ReplayClaims, key: string) => {
		const answer = claims.take(key);
		if (answer.state !== 'claimed') throw new Error(answer.state);
		return answer.claim;
	};

	it('are held by one, and remembered as they ended', () => {
		const claims = new ReplayClaims(10);
		const held = claim(claims, 'a');
		expect(claims.take('a')).toEqual({ state: 'busy' });
		held.done('7');
		held.release();
		expect(claims.take('a')).toEqual({ state: 'done', executionId: '7' });
		claim(claims, 'b').release();
		claim(claims, 'b').seeExecution('8');
		const [one, two] = [claims.take('b'), claims.take('b')];
		if (one.state !== 'see' || two.state !== 'see') throw new Error(one.state);
		expect(one.executionId).toBe('8');
		expect(one.takeOver()).toBeDefined();
		expect(two.takeOver()).toBeUndefined();
		expect(claims.take('b')).toEqual({ state: 'busy' });
	});

	it('forget the oldest that has ended, never one in flight', () => {
		const claims = new ReplayClaims(2);
		const held = claim(claims, 'held');
		for (const key of ['a', 'b', 'c']) claim(claims, key).done();
		expect(claims.size).toBe(2);
		expect(claims.peek('held')).toBe('busy');
		expect(claims.peek('b')).toBeUndefined();
		held.done();
		expect(claims.peek('c')).toBe('done');
	});
});

describe('the newest failure of each event', () => {
	it('is the one with the greatest number, however they come', async () => {
		const events = [stored('A', '9'), stored('A', '10'), stored('B', '3'), stored('A', '2')];
		const expected = new Map([
			[eventKey(stored('A').event), '10'],
			[eventKey(stored('B').event), '3'],
		]);
		expect(await newestFailures(events)).toEqual(expected);
	});
});

test('so many pass in a second, evenly', async () => {
	let now = 1_000;
	const waits: number[] = [];
	const pause = async (ms: number) => {
		waits.push(ms);
		now += ms;
	};
	const pace = new Pace(4, pause, () => now);
	for (let n = 0; n < 3; n += 1) await pace.next();
	now += 10_000;
	await pace.next();
	expect(waits).toEqual([250, 250]);
	await new Pace(0, pause, () => now).next();
	expect(waits).toHaveLength(2);
});

describe('a run', () => {
	const none: EarlierReplays = { succeeded: new Map(), open: new Map() };

	interface Played {
		outcomes: string[];
		end: string;
		begun: string[];
		mostAtOnce: number;
		stoppedAt?: string;
	}

	/** Replays events by a target that does what it is told. */
	async function play(
		events: StoredEvent[],
		run: (id: string) => Promise<Ran> = async () => ({ outcome: 'replayed' }),
		options: Partial<ReplayRunOptions & AdmissionOptions> = {},
		claims = new ReplayClaims(100),
		earlier: EarlierReplays = none,
	): Promise<Played> {
		const begun: string[] = [];
		let atOnce = 0;
		const played: Played = { outcomes: [], end: '', begun, mostAtOnce: 0 };
		const target: ReplayTarget = {
			wayOf: async ({ event }) => {
				if (event.id === 'refused') return { refused: 'unpublished', message: 'Publish it.' };
				if (event.id === 'own') return { refused: 'own_workflow', message: 'No.' };
				return {
					targetKey: 'target',
					workflowId: 'w2',
					earlier: async () => earlier,
					run: async () => {
						begun.push(event.id);
						atOnce += 1;
						played.mostAtOnce = Math.max(played.mostAtOnce, atOnce);
						await new Promise((resolve) => setImmediate(resolve));
						try {
							return await run(event.id);
						} finally {
							atOnce -= 1;
						}
					},
				};
			},
		};
		const desk = new AdmissionDesk(target, claims, {
			skipReplayed: true,
			dryRun: false,
			oldestFirst: true,
			statusOf: async () => 'failed',
			...options,
		});
		const results: ReplayResult[] = [];
		const source = async function* () {
			yield* events;
		};
		played.end = await replayEvents(
			source(),
			desk,
			new Pace(0, async () => undefined),
			{
				taken: () => undefined,
				ended: (_stored, result, index) => void (results[index] = result),
				stoppedAt: ({ event }) => void (played.stoppedAt = event.id),
			},
			{
				concurrency: 1,
				maximum: 1_000,
				dryRun: false,
				stopOnFirstFailure: false,
				...options,
			},
		);
		played.outcomes = results.map(({ outcome, reason }) => reason ?? outcome);
		return played;
	}

	const some = (count: number) => Array.from({ length: count }, (_, n) => stored(`E${n}`, `${n}`));
	const failure: Ran = { outcome: 'failed', reason: 'execution_failed', error: 'broke' };

	it('keeps the order with one at a time, and has as many under way as it may', async () => {
		const one = await play(some(20));
		expect(one.begun).toEqual(some(20).map(({ event }) => event.id));
		expect(one.mostAtOnce).toBe(1);
		const four = await play(some(20), undefined, { concurrency: 4 });
		expect(four.mostAtOnce).toBe(4);
		expect(four.outcomes).toEqual(Array(20).fill('replayed'));
	});

	it('replays what comes twice once, and again where the first failed', async () => {
		const twice = [stored('A', '1'), stored('A', '2'), stored('B', '3')];
		const played = await play(twice);
		expect(played.outcomes).toEqual(['replayed', 'already_replayed', 'replayed']);
		let failures = 0;
		const failing = await play(twice, async () =>
			failures++ === 0 ? failure : { outcome: 'replayed' },
		);
		expect(failing.outcomes).toEqual(['execution_failed', 'replayed', 'replayed']);
		const often = await play(twice, undefined, { skipReplayed: false });
		expect(often.begun).toEqual(['A', 'A', 'B']);
		const dry = await play(twice, undefined, { dryRun: true });
		expect(dry.outcomes).toEqual(['wouldReplay', 'already_replayed', 'wouldReplay']);
		expect(dry.begun).toEqual([]);
	});

	it('leaves out what the store knows of, and what another run has under way', async () => {
		const earlier: EarlierReplays = {
			succeeded: new Map([[eventKey(stored('E0').event), '77']]),
			open: new Map([[eventKey(stored('E1').event), '78']]),
		};
		const claims = new ReplayClaims(100);
		claims.take(JSON.stringify(['target', eventKey(stored('E2').event)]));
		const played = await play(some(4), undefined, {}, claims, earlier);
		expect(played.outcomes).toEqual(['already_replayed', 'in_progress', 'in_progress', 'replayed']);
	});

	it.each([
		['open', 'in_progress'],
		['succeeded', 'already_replayed'],
		['gone', 'already_replayed'],
		['failed', 'started'],
	] as const)('asks for the end of what was only started: %s', async (standing, expected) => {
		const claims = new ReplayClaims(100);
		const start = async (): Promise<Ran> => ({ outcome: 'started', replayExecutionId: '5' });
		await play(some(1), start, {}, claims);
		const options = { statusOf: async () => standing };
		expect((await play(some(1), start, options, claims)).outcomes).toEqual([expected]);
	});

	it('ends at the maximum, which what is left out does not count for', async () => {
		const earlier = { ...none, succeeded: new Map([[eventKey(stored('E0').event), '77']]) };
		const played = await play(some(5), undefined, { maximum: 2 }, undefined, earlier);
		expect(played).toMatchObject({
			outcomes: ['already_replayed', 'replayed', 'replayed'],
			end: 'maximum',
			stoppedAt: 'E3',
		});
		expect(await play(some(2), undefined, { maximum: 2 })).toMatchObject({ end: 'complete' });
	});

	it('goes on after a failure unless it is to stop', async () => {
		const failAt1 = async (id: string): Promise<Ran> =>
			id === 'E1' ? failure : { outcome: 'replayed' };
		expect((await play(some(4), failAt1)).begun).toHaveLength(4);
		const stopped = await play(some(4), failAt1, { stopOnFirstFailure: true });
		expect(stopped).toMatchObject({ begun: ['E0', 'E1'], end: 'failure', stoppedAt: 'E2' });
		const refused = await play([stored('refused'), ...some(1)], undefined, {
			stopOnFirstFailure: true,
		});
		expect(refused).toMatchObject({ outcomes: ['unpublished'], end: 'failure' });
		const own = await play([stored('own'), ...some(1)], undefined, { stopOnFirstFailure: true });
		expect(own).toMatchObject({ outcomes: ['own_workflow', 'replayed'], end: 'complete' });
	});

	it('begins nothing more when it is cancelled, and does not wait for what hangs', async () => {
		const abort = new AbortController();
		const claims = new ReplayClaims(100);
		const hang = async (): Promise<Ran> => {
			setImmediate(() => abort.abort());
			return await new Promise(() => undefined);
		};
		const played = await play(some(5), hang, { concurrency: 2, signal: abort.signal }, claims);
		expect(played).toMatchObject({ end: 'cancelled', outcomes: [] });
		expect(played.begun.length).toBeLessThanOrEqual(2);
	});

	it('fails where the target does, and lets the event go', async () => {
		const claims = new ReplayClaims(100);
		const broken = async () => {
			throw new Error('out of order');
		};
		await expect(play(some(3), broken, { concurrency: 2 }, claims)).rejects.toThrow('out of order');
		expect((await play(some(3), undefined, {}, claims)).outcomes).toEqual(
			Array(3).fill('replayed'),
		);
	});
});
