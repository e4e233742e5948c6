import { historyTests } from './historyTests.mts';
import { sqlite } from './sqlite.mts';

historyTests(sqlite);
