import { historyTests } from './historyTests.mts';
import { postgres } from './postgres.mts';

historyTests(postgres);
