import { describe, expect, test } from 'vitest';
import { publishReplayer } from '../../support/replayWorkflow.mts';
import type { LoadedHistory } from '../loadedHistory.mts';
import { storedItems } from '../storedItems.mts';

const EVENTS = 1_000;

/** A thousand events of the history run again, once each. */
export function replayScene(history: () => LoadedHistory): void {
	describe('Replay of 1,000 events', () => {
		test('each arrives once, in order; asked again, and after n8n was started again, none', async () => {
			const { n8n, workflows } = history();
			const { workflow } = workflows.plain;
			const reference = await history().reference();
			const ofPlain = { workflows: [workflow.id], order: 'oldest' } as const;
			const chosen = reference.answer(ofPlain).events.slice(-EVENTS);
			const [first] = chosen;
			const since = first?.startedAt ?? '';
			const replayer = await publishReplayer(n8n, {
				parameters: {
					target: 'originalWorkflow',
					filters: { workflows: [workflow.id], since },
					options: {},
				},
			});
			const before = await newestId(history());
			const answer = await replayer.ask();
			expect(answer.error).toBeUndefined();
			expect(answer.hints).toContainEqual(told(`${EVENTS} replayed`));
			const replays = await replaysAfter(history(), before);
			expect(replays.map(({ id }) => id)).toEqual(chosen.map(({ id }) => id));
			expect(replays.map(({ replayof }) => replayof)).toEqual(
				chosen.map(({ executionId }) => executionId),
			);
			expect(new Set(replays.map(({ status }) => status))).toEqual(new Set(['success']));
			expect((await replayer.ask()).hints).toContainEqual(told(`${EVENTS} left out`));
			await n8n.stop();
			await n8n.startAgain();
			await n8n.client.waitForWebhook(workflows.plain.path);
			expect((await replayer.ask()).hints).toContainEqual(told(`${EVENTS} left out`));
			expect(await replaysAfter(history(), before)).toHaveLength(EVENTS);
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

export async function newestId({ store }: LoadedHistory): Promise<number> {
	return (await store.executions({ newest: 1 })).at(-1)?.id ?? 0;
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
