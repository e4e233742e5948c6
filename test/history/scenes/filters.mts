import type { IDataObject } from 'n8n-workflow';
import { describe, expect, test } from 'vitest';
import { ask, type HistoryAnswer } from '../ask.mts';
import type { LoadedHistory } from '../loadedHistory.mts';
import { unfinished } from '../multiply.mts';
import { expectSameList } from '../sameList.mts';
import type { Asked, Reference, ReferenceAnswer, ReferenceEvent } from '../reference.mts';

/** Every filter of Get Many against what the raw database says. */
export function filterScene(history: () => LoadedHistory, count: number): void {
	describe('Get Many gives what the raw database holds', () => {
		test('all events, newest first, and every gap', async () => {
			const reference = await history().reference();
			expect(reference.executions.length).toBeGreaterThan(count * 0.98);
			const { events } = await compare(history(), reference, {});
			expect(events.length).toBeGreaterThan(count * 0.7);
		});

		test('all events with replays, test runs and requests to Webhook nodes, oldest first', async () => {
			const asked: Asked = {
				order: 'oldest',
				includeReplays: true,
				includeTestRuns: true,
				includeN8nWebhook: true,
			};
			const { events } = await compare(history(), await history().reference(), asked);
			const modes = new Set(events.map(({ mode }) => mode));
			expect([...modes].sort()).toEqual(['integrated', 'manual', 'webhook']);
			expect(events.some(({ type }) => type === 'n8n.webhook')).toBe(true);
		});

		test.each(['error', 'crashed', 'canceled', 'waiting'])(
			'all that ended as %s',
			async (status) => {
				const { events } = await compare(history(), await history().reference(), {
					status: [status],
				});
				expect(events.length).toBeGreaterThan(50);
			},
		);

		test('every filter, alone and together, in a stretch of time', async () => {
			const reference = await history().reference();
			for (const asked of questions(history(), reference)) {
				const { events } = await compare(history(), reference, asked);
				expect(events.length, JSON.stringify(asked)).toBeGreaterThan(0);
			}
		});

		test('a limit gives the first ones of all', async () => {
			const reference = await history().reference();
			for (const order of ['newest', 'oldest'] as const) {
				const answer = await ask(history(), 'getMany', { order }, { returnAll: false, limit: 17 });
				const { events } = reference.answer({ order });
				expect(answer.error?.message).toBeUndefined();
				expectSameList(answer.results.map(toComparable), events.slice(0, 17));
			}
		});

		test('what runs, or waits for its turn', async () => {
			const { store, templates, workflows } = history();
			const newest = await store.newestId();
			const statuses = ['running', 'new', 'running', 'new', 'running'] as const;
			const rows = unfinished(templates, workflows, statuses, newest + 1);
			const since = new Date(Date.now() - 60_000).toISOString();
			await store.add(rows);
			try {
				const reference = await history().reference();
				for (const status of [['running'], ['new'], ['new', 'running', 'error'], undefined]) {
					const asked: Asked = { since, ...(status === undefined ? {} : { status }) };
					await compare(history(), reference, asked);
				}
				expect(reference.answer({ since }).gaps).toMatchObject({
					[`running ${workflows.slow.workflow.id}`]: 3,
				});
			} finally {
				await store.remove(rows.map(({ id }) => id));
			}
		});
	});
}

/** Different filters, each of which lets something through. */
function questions({ workflows }: LoadedHistory, reference: Reference): Asked[] {
	const clones = reference.executions.filter(({ startedAt }) => startedAt !== null);
	const at = (share: number) =>
		clones[Math.floor(clones.length * share)]?.startedAt?.toISOString() ?? '';
	const stretch = { since: at(0.4), until: at(0.46) };
	const { events } = reference.answer(stretch);
	const [some] = events.filter(({ type }) => type === 'kometia.order.paid');
	const ids = (...names: Array<'plain' | 'failing' | 'waiting' | 'slow' | 'yape' | 'calling'>) =>
		names.map((name) => workflows[name].workflow.id);
	const asked: Asked[] = [
		{},
		{ order: 'oldest' },
		{ eventTypes: 'whatsapp.message.received' },
		{ eventTypes: 'kometia.*, *.read' },
		{ eventTypes: '*order*', order: 'oldest' },
		{ sources: `${some?.source ?? ''}, /nowhere` },
		{ sources: '/inbox-hub/*_1*' },
		{ subject: '3460000001*' },
		{ eventId: some?.id ?? '' },
		{ text: 'señal única' },
		{ text: some?.id.slice(1).toUpperCase() ?? '' },
		{ status: ['success'] },
		{ status: ['error', 'crashed'] },
		{ status: ['waiting', 'canceled', 'success'], order: 'oldest' },
		{ workflows: ids('plain') },
		{ workflows: ids('failing', 'yape', 'waiting') },
		{ workflows: [...ids('plain', 'slow'), 'a', 'b', 'c', 'd', 'e', 'f', 'g'] },
		{ workflows: ids('failing', 'slow'), status: ['error', 'crashed', 'canceled'] },
		{ includeReplays: true, workflows: ids('plain') },
		{ includeTestRuns: true, eventTypes: '*' },
		{ includeN8nWebhook: true, eventTypes: 'n8n.webhook' },
		{
			eventTypes: 'whatsapp.*',
			sources: '/inbox-hub/*',
			subject: '*@s.whatsapp.net',
			text: 'HOLA',
			status: ['success', 'error'],
			order: 'oldest',
		},
	];
	const timed = asked.map((one) => ({ ...stretch, ...one }));
	const recent = { since: at(0.93) };
	return [...timed, { ...recent }, { ...recent, until: at(0.97), timeOf: 'event' }];
}

/** Asks the node, and compares with what the database says. */
async function compare(
	history: LoadedHistory,
	reference: Reference,
	asked: Asked,
): Promise<ReferenceAnswer> {
	const answer = await ask(history, 'getMany', asked);
	const expected = reference.answer(asked);
	const what = JSON.stringify(asked);
	expect(answer.error?.message, what).toBeUndefined();
	expectSameList(answer.results.map(toComparable), expected.events, what);
	expect(countGaps(answer), what).toEqual(expected.gaps);
	return expected;
}

function toComparable(result: IDataObject): ReferenceEvent {
	const { event, executionId, workflowId, mode, status, startedAt, stoppedAt } = result;
	const { failedNode, error, retriedBy, replayOf } = result;
	const { id, type, source } = event as IDataObject;
	const fields = { executionId, id, type, source, workflowId, mode, status, startedAt, stoppedAt };
	return { ...fields, failedNode, error, retriedBy, replayOf } as unknown as ReferenceEvent;
}

/** Counts by reason and workflow. The names of workflows that no longer exist are of no count. */
function countGaps({ gaps }: HistoryAnswer): Record<string, number> {
	const counted = gaps.filter(({ count }) => count !== undefined);
	return Object.fromEntries(
		counted.map(({ reason, workflowId, count }) => [
			`${String(reason)} ${String(workflowId ?? '')}`,
			Number(count),
		]),
	);
}
