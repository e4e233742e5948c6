import { postgres } from './postgres.mts';
import { sqlite } from './sqlite.mts';
import type { HistoryDatabase } from './store.mts';

/** Every database on which the history is tested. */
export const HISTORY_DATABASES: readonly HistoryDatabase[] = [sqlite, postgres];
