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
			'autocannon puts one n8n under load, one kind of delivery after the other, in reverse order every other round. After each kind of delivery, the executions are counted: one for each delivery, or none. Ratios compare figures of the same round.',
		takesAgainst: true,
	},
	{
		name: 'verify',
		title: 'Verifying signatures',
		method:
			"Genuine and forged deliveries of each scheme of the Signed Webhook Trigger, each scheme in a process of its own, compared with the vendor's own library, if there is one, and with `node:crypto` alone for the same bytes (“bare”). All of them take turns of a fraction of a millisecond; the figure of a round is its median turn.",
	},
	{
		name: 'cluster',
		title: 'In queue mode',
		method:
			'A real cluster on this machine: main, two webhook processors, two workers, Redis that saves each change, and PostgreSQL. Faults kill a part with `kill -9` while a sender repeats what was not acknowledged; at the end, the events are counted in n8n’s database.',
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
			"Realtime Broadcast in n8n-core's own execution, compared with the usual clients that send the same items, to real servers on this machine. The first rounds, in which Node.js is still compiling, do not count.",
	},
	{
		name: 'deliver',
		title: 'Delivering webhooks',
		method:
			'2,000 deliveries per run: 40 events to 50 subscribers, each with its own server in another process. After each run, every receiver must have each delivery once, and signatures are verified.',
	},
	{
		name: 'history',
		title: 'History and replays',
		method:
			'Executions of mixed workflows and outcomes in one n8n on SQLite; everything that is compared runs inside that n8n.',
		takesAgainst: true,
	},
	{
		name: 'startup',
		title: 'What the package costs an n8n that has it',
		method:
			'The packed package, installed as n8n installs it, is loaded by one process after the other, and n8n is started with and without it.',
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
