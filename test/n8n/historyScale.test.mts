import { afterAll, beforeAll, describe } from 'vitest';
import { httpPools } from '../../lib/http/pooledHttp.ts';
import { HISTORY_DATABASES } from '../history/databases.mts';
import { loadHistory, type LoadedHistory } from '../history/loadedHistory.mts';
import { filterScene } from '../history/scenes/filters.mts';
import { changeScene } from '../history/scenes/changes.mts';
import { crashScene } from '../history/scenes/crashes.mts';
import { replayScene } from '../history/scenes/replays.mts';
import { summaryScene } from '../history/scenes/summaries.mts';

const EXECUTIONS = 10_000;

describe.each(HISTORY_DATABASES)(
	'Event History over 10,000 executions on $name',
	({ missing, ...database }) => {
		describe.skipIf(missing !== undefined)(missing ?? 'in a real n8n', () => {
			let loaded: LoadedHistory;
			const history = () => loaded;

			beforeAll(async () => {
				loaded = await loadHistory(database, EXECUTIONS);
			});
			afterAll(async () => {
				httpPools.closeAll();
				await loaded?.close();
			});

			filterScene(history, EXECUTIONS);
			summaryScene(history);
			replayScene(history);
			changeScene(history);
			crashScene(history);
		});
	},
);
