import { describe, expect, test } from 'vitest';
import { publishReplayer, type Replayer } from '../../support/replayWorkflow.mts';
import { ask } from '../ask.mts';
import type { LoadedHistory } from '../loadedHistory.mts';
import { expectSameList } from '../sameList.mts';
import { storedItems } from '../storedItems.mts';

const EVENTS = 1_000;

/** A thousand events of the history run again, once each. */
export function replayScene(history: () => LoadedHistory): void {
	describe('Replay of 1,000 events', () => {
		let replayer: Replayer | undefined;
		let before = 0;

		async function expectNoneLeft(): Promise<void> {
			const answer = await replayer?.ask();
			expect(answer?.error?.message).toBeUndefined();
			expect(answer?.hints).toContainEqual(told(`${EVENTS} skipped`));
			expect(await replaysAfter(history(), before)).toHaveLength(EVENTS);
		}

		test('each arrives once, in order; asked again, none', async () => {
			const { n8n, workflows } = history();
			const { workflow } = workflows.plain;
			const reference = await history().reference();
			const ofPlain = { workflows: [workflow.id], order: 'oldest' } as const;
			const chosen = reference.answer(ofPlain).events.slice(-EVENTS);
			const [first] = chosen;
			const since = first?.startedAt ?? '';
			replayer = await publishReplayer(n8n, {
				parameters: {
					target: 'originalWorkflow',
					filters: { workflows: [workflow.id], since },
					options: {},
				},
			});
			before = await history().store.newestId();
			const answer = await replayer.ask();
			expect(answer.error?.message).toBeUndefined();
			expect(answer.hints).toContainEqual(told(`${EVENTS} replayed`));
			const replays = await replaysAfter(history(), before);
			expectSameList<unknown>(
				replays.map(({ id, replayof }) => ({ id, replayof })),
				chosen.map(({ id, executionId }) => ({ id, replayof: executionId })),
			);
			expect(new Set(replays.map(({ status }) => status))).toEqual(new Set(['success']));
			await expectNoneLeft();
		});

		test('n8n is started again while the history is read: the reader misses nothing; asked again, none', async () => {
			const { n8n, workflows } = history();
			const asked = { status: ['error', 'crashed', 'canceled', 'waiting'] };
			const expected = (await history().reference()).answer(asked).events;
			const reading = ask(history(), 'getMany', asked);
			await n8n.stop();
			await n8n.startAgain();
			await n8n.client.waitForWebhook(workflows.plain.path);
			const first = await reading;
			if (first.error !== undefined) {
				expect(first.error.message).toContain('n8n could not list executions');
				expect(first.error.description).toContain("'Base URL'");
			}
			const answer = first.error === undefined ? first : await ask(history(), 'getMany', asked);
			expect(answer.error?.message).toBeUndefined();
			expectSameList(
				answer.results.map(({ executionId }) => executionId),
				expected.map(({ executionId }) => executionId),
			);
			await expectNoneLeft();
		});
	});
}

/** What cannot be read is told behind it. */
const told = (counts: string): unknown =>
	expect.stringMatching(new RegExp(`^Events: ${counts}\\.`));

/** A replay as the database holds it. */
export interface StoredReplay {
	readonly id: unknown;
	readonly replayof: unknown;
	readonly status: string;
}

/** Replays in the order in which they were begun. */
export async function replaysAfter({ store }: LoadedHistory, id: number): Promise<StoredReplay[]> {
	const rows = await store.executions({ after: id });
	return rows.flatMap((row) =>
		(row.mode === 'integrated' ? (storedItems(row)?.items ?? []) : []).map((item) => ({
			id: item.id,
			replayof: item.replayof,
			status: row.status,
		})),
	);
}
