import { describe, expect, test } from 'vitest';
import { readingMemory } from '../../../lib/history/memory/readingMemory.ts';
import { ask } from '../ask.mts';
import type { LoadedHistory } from '../loadedHistory.mts';
import type { Asked } from '../reference.mts';

/** A history that was read before gives the same as one that nobody has read. */
export function memoryScene(history: () => LoadedHistory): void {
	describe('What is remembered', () => {
		/** Asks with what is remembered and without; both must give the same. */
		async function compare(asked: Asked, operation = 'getMany', more = {}): Promise<string> {
			const remembered = await ask(history(), operation, asked, more);
			const anew = await ask(history(), operation, asked, { ...more, memoryMb: 0 });
			expect(anew.error?.message).toBeUndefined();
			const text = JSON.stringify([remembered.results, remembered.gaps]);
			expect(text === JSON.stringify([anew.results, anew.gaps]), JSON.stringify(asked)).toBe(true);
			return text;
		}

		test('changes no answer, byte for byte', async () => {
			readingMemory.clear();
			await ask(history(), 'getMany', {});
			expect(readingMemory.bytes).toBeGreaterThan(100_000);
			const since = await newerHalf();
			for (const asked of [
				{},
				{ since, order: 'oldest', includeReplays: true, includeTestRuns: true },
				{ status: ['error', 'waiting'] },
				{ workflows: [history().workflows.yape.workflow.id] },
			] satisfies Asked[]) {
				await compare(asked);
			}
			await compare({ since }, 'summarize', { groupBy: ['type', 'status', 'day'] });
			await compare({ since, text: 'señal' }, 'summarize', { groupBy: ['type'] });
			expect(await numbers({})).toBe(await numbers({ memoryMb: 0 }));
		});

		/** Start of an execution of which as many are older as are newer. */
		async function newerHalf(): Promise<string> {
			const { executions } = await history().reference();
			const since = executions[Math.floor(executions.length / 2)]?.startedAt?.toISOString();
			if (since === undefined) throw new Error('The execution in the middle never started');
			return since;
		}

		/** Of a report, without what depends on when it was made. */
		async function numbers(more: Record<string, unknown>): Promise<string> {
			const { results, error } = await ask(history(), 'report', {}, more);
			expect(error?.message).toBeUndefined();
			const { html: _page, restarts: _untilNow, ...rest } = results[0] ?? {};
			expect(rest.events).toBeGreaterThan(1_000);
			return JSON.stringify(rest);
		}

		test('nor after executions were deleted, retried and ended otherwise', async () => {
			const { store } = history();
			const rows = (await store.executions()).filter(
				({ status, mode, deletedAt }) =>
					status === 'success' && mode === 'webhook' && deletedAt === null,
			);
			const [gone, changed, retried] = [0.2, 0.5, 0.8].map(
				(share) => rows[Math.floor(rows.length * share)],
			);
			if (gone === undefined || changed === undefined || retried === undefined) {
				throw new Error('There are no executions that succeeded');
			}
			await ask(history(), 'getMany', {});
			const others = [
				{ ...changed, status: 'canceled', finished: false },
				{ ...retried, status: 'error', finished: false, retrySuccessId: String(changed.id) },
			];
			await store.remove([gone, changed, retried].map(({ id }) => id));
			await store.add(others);
			try {
				const text = await compare({ order: 'newest' });
				expect(text).not.toContain(`"executionId":"${gone.id}"`);
				expect(text).toContain(`"retriedBy":"${changed.id}"`);
			} finally {
				await store.remove(others.map(({ id }) => id));
				await store.add([gone, changed, retried]);
			}
			await compare({});
		});
	});
}
