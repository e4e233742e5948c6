import { describe, expect, test } from 'vitest';
import { ask } from '../ask.mts';
import type { LoadedHistory } from '../loadedHistory.mts';
import { expectSameList } from '../sameList.mts';
import type { Asked, ReferenceEvent } from '../reference.mts';

/** The zone of n8n-core in this process. */
const TIME_ZONE = process.env.GENERIC_TIMEZONE ?? 'America/New_York';

type GroupBy = 'day' | 'hour' | 'source' | 'status' | 'type' | 'workflow';

/** Summarize against counts of what the raw database holds. */
export function summaryScene(history: () => LoadedHistory): void {
	describe('Summarize counts what the raw database holds', () => {
		test('all events by type and status, with failures and the slowest', async () => {
			await compare(history(), {}, ['type', 'status']);
		});

		test.each([['day', 'source'], ['hour'], ['workflow', 'status'], []] as GroupBy[][])(
			'a stretch of time by %s %s',
			async (...groupBy) => {
				const { executions } = await history().reference();
				const at = (share: number) =>
					executions[Math.floor(executions.length * share)]?.startedAt?.toISOString() ?? '';
				const by = groupBy.filter((one) => one !== undefined);
				await compare(history(), { since: at(0.3), until: at(0.4) }, by);
			},
		);
	});
}

async function compare(
	history: LoadedHistory,
	asked: Asked,
	groupBy: readonly GroupBy[],
): Promise<void> {
	const { events } = (await history.reference()).answer(asked);
	const { results, error } = await ask(history, 'summarize', asked, { groupBy });
	expect(error?.message).toBeUndefined();
	const groups = new Map<string, ReferenceEvent[]>();
	for (const event of events) {
		const key = JSON.stringify(groupBy.map((by) => partOf(event, by)));
		groups.set(key, [...(groups.get(key) ?? []), event]);
	}
	const expected = [...groups].map(([key, some]) => ({ key, ...countsOf(some) }));
	const counted = results.map((result) => {
		const key = groupBy.map((by) => result[by === 'workflow' ? 'workflowId' : by]);
		const { total, failures, failureRatio, averageMs, slowestMs, firstAt, lastAt } = result;
		const counts = { total, failures, failureRatio, averageMs, slowestMs, firstAt, lastAt };
		return { key: JSON.stringify(key), ...counts };
	});
	expectSameList<unknown>(byKey(counted), byKey(expected));
	expect(counted.length).toBeGreaterThan(0);
}

function byKey<T extends { readonly key: string }>(groups: readonly T[]): T[] {
	return [...groups].sort((a, b) => (a.key < b.key ? -1 : 1));
}

function countsOf(events: readonly ReferenceEvent[]) {
	const failures = events.filter(({ status }) => ['error', 'crashed'].includes(status)).length;
	const durations = events.flatMap(({ startedAt, stoppedAt }) =>
		startedAt === null || stoppedAt === null ? [] : [Date.parse(stoppedAt) - Date.parse(startedAt)],
	);
	const starts = events.map(({ startedAt }) => startedAt ?? '').sort();
	const sum = durations.reduce((a, b) => a + b, 0);
	return {
		total: events.length,
		failures,
		failureRatio: Math.round((failures / events.length) * 10_000) / 10_000,
		averageMs: durations.length === 0 ? null : Math.round(sum / durations.length),
		slowestMs: durations.length === 0 ? null : Math.max(...durations),
		firstAt: starts[0],
		lastAt: starts.at(-1),
	};
}

function partOf({ startedAt, source, status, type, workflowId }: ReferenceEvent, by: GroupBy) {
	if (by === 'source') return source;
	if (by === 'status') return status;
	if (by === 'type') return type;
	if (by === 'workflow') return workflowId;
	const shown = new Intl.DateTimeFormat('en-US', {
		timeZone: TIME_ZONE,
		year: 'numeric',
		month: '2-digit',
		day: '2-digit',
		hour: '2-digit',
		hourCycle: 'h23',
		timeZoneName: 'longOffset',
	}).formatToParts(new Date(startedAt ?? 0));
	const part = (wanted: string) => shown.find(({ type: found }) => found === wanted)?.value ?? '';
	const day = `${part('year')}-${part('month')}-${part('day')}`;
	if (by === 'day') return day;
	return `${day}T${part('hour')}:00:00${part('timeZoneName').replace('GMT', '')}`;
}
