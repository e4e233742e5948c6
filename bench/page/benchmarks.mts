import type { Figure } from '../figures.mts';

/** A benchmark as the page tells it. */
export interface Benchmark {
	/** As in `npm run bench:name`. */
	readonly name: string;
	readonly title: string;
	/** What is done, for whoever reads only this page. */
	readonly method: string;
	/** Whether it measures the build of another checkout in the same run. */
	readonly takesAgainst?: true;
}

/** In the order of the page. */
export const BENCHMARKS: readonly Benchmark[] = [
	{
		name: 'receive',
		title: 'Receiving',
		method:
			'autocannon puts one n8n under load, one kind of delivery after the other, the order turned round each round. What an answer has to leave behind is counted: one execution, or none. Ratios compare what was measured in the same round.',
		takesAgainst: true,
	},
	{
		name: 'verify',
		title: 'Verifying signatures',
		method:
			"Genuine and forged deliveries of each scheme of the Signed Webhook Trigger, in one process, beside the vendor's own library where there is one, and beside what `node:crypto` alone takes for the same bytes (“bare”). All of them take turns of a fraction of a millisecond; a round's figure is its median turn.",
	},
	{
		name: 'cluster',
		title: 'In queue mode',
		method:
			'A real cluster on this machine: main, two webhook processors, two workers, Redis that writes down each change, PostgreSQL. Faults kill a part with `kill -9` while a sender repeats what was not acknowledged; at the end the events are counted in n8n’s database.',
		takesAgainst: true,
	},
	{
		name: 'crash',
		title: 'Crashes of one n8n',
		method:
			'One n8n is killed with `kill -9` at random moments while a sender repeats what was not acknowledged; Recover runs after each start.',
	},
	{
		name: 'realtime',
		title: 'Broadcasting and listening',
		method:
			"Realtime Broadcast in n8n-core's own execution, beside the usual clients with the same items, to real servers on this machine. First rounds, in which Node.js still compiles either side, do not count.",
	},
	{
		name: 'deliver',
		title: 'Delivering webhooks',
		method:
			'2,000 deliveries a run, 40 events to 50 subscribers, each a server of its own in another process. After each run every receiver has to have each delivery once, and signatures are verified.',
	},
	{
		name: 'history',
		title: 'History and replays',
		method:
			'Executions of mixed workflows and outcomes in one n8n on SQLite; all that is compared runs inside that n8n.',
		takesAgainst: true,
	},
	{
		name: 'startup',
		title: 'What the package costs an n8n that has it',
		method:
			'The packed package, installed as n8n installs it, is loaded by processes in turn, and n8n is started with and without it.',
		takesAgainst: true,
	},
];

/** One run of a benchmark. */
export interface Run {
	/** Day of its end, as in 2026-11-30. */
	readonly date: string;
	readonly minutes: number;
	readonly machine: string;
	readonly versions: string;
	/** Processes that were at work or waited for it, over the minute before it began; Linux and macOS. */
	readonly loadBefore: number;
	/** The commit of another build, if it was measured beside this one. */
	readonly against?: string;
	readonly figures: readonly Figure[];
}

/** The last run of each benchmark, by its name. */
export type Runs = Readonly<Record<string, Run>>;
