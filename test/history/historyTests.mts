import { afterAll, beforeAll, describe } from 'vitest';
import { httpPools } from '../../lib/net/http.ts';
import { loadHistory, type LoadedHistory } from './loadedHistory.mts';
import { changeScene } from './scenes/changes.mts';
import { crashScene } from './scenes/crashes.mts';
import { filterScene } from './scenes/filters.mts';
import { memoryScene } from './scenes/memory.mts';
import { replayScene } from './scenes/replays.mts';
import { summaryScene } from './scenes/summaries.mts';
import type { HistoryDatabase } from './store.mts';

const EXECUTIONS = 10_000;

/** Everything that is held to an n8n that has run often, on one kind of database. */
export function historyTests({ name, missing, ...database }: HistoryDatabase): void {
	const title = `Event History over 10,000 executions on ${name}`;
	const needs = missing === undefined ? '' : ` (${missing})`;
	describe.skipIf(missing !== undefined)(title + needs, () => {
		let loaded: LoadedHistory;
		const history = () => loaded;

		beforeAll(async () => {
			loaded = await loadHistory({ name, ...database }, EXECUTIONS);
		});
		afterAll(async () => {
			httpPools.closeAll();
			await loaded?.close();
		});

		filterScene(history, EXECUTIONS);
		summaryScene(history);
		memoryScene(history);
		replayScene(history);
		changeScene(history);
		crashScene(history);
	});
}
