import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes longest, longest first; `npm run test:quick` leaves it out. Measured on two cores. */
export const LONG = [
	'core/realtimeFaults',
	'core/kometiaFlood',
	'core/conventions',
	'core/deliverFaults',
	'core/yapeNotifier',
	'unit/mutatedBodies',
	'core/addingAProvider',
	'core/addingATransport',
];

/** The same of the suites that start real n8ns; some of these files are short, and what they run is not. */
const LONG_WITH_N8N = [
	'history/postgres',
	'history/sqlite',
	'n8n/webhookNotifier',
	'n8n/realtimeExpressions',
	'n8n/replayRuns',
	'n8n/crash',
	'n8n/start',
	'n8n/package',
	'n8n/registration',
];

const LONGEST_FIRST = [...LONG, ...LONG_WITH_N8N, 'n8n/conformance', 'n8n/realtime'];

/**
 * Starts what takes longest first, so that the run does not end with one file for which all cores
 * wait. On a machine that has run the tests before, vitest itself does so for the others.
 */
export class LongestFirst extends BaseSequencer {
	override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
		const sorted = await super.sort(files);
		return sorted.sort((a, b) => groupOf(a) - groupOf(b) || rankOf(a) - rankOf(b));
	}
}

const groupOf = ({ project }: TestSpecification) => project.config.sequence.groupOrder;

function rankOf({ moduleId }: TestSpecification): number {
	const rank = LONGEST_FIRST.findIndex((name) => moduleId.endsWith(`/test/${name}.test.mts`));
	return rank === -1 ? LONGEST_FIRST.length : rank;
}
