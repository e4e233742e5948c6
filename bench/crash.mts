import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../scripts/support/until.mts';
import { tellLostAndDoubled } from './figures.mts';
import { startTestN8n, type TestN8n } from '../test/support/n8n.mts';
import { randomNumbers } from '../test/support/randomNumbers.mts';
import { RepeatingSender } from '../test/support/repeatingSender.mts';
import { publishScene, type CrashScene } from './crash/scene.mts';

/** Between two runs of Recover; its example runs when n8n starts and every 5 minutes. */
const RECOVER_EVERY_MS = 3_000;

const SETTLE_LIMIT_MS = 900_000;

export interface CrashOptions {
	readonly kills: number;
	/** The same seed kills at the same moments after n8n is up; what happens there is n8n's. */
	readonly seed: number;
	readonly eventsPerSecond: number;
	/** n8n lives between 0 and this long before the next kill. */
	readonly longestLifeMs: number;
	/** Told of each kill. */
	readonly onKill?: (line: string) => void;
}

/** What became of the acknowledged events. */
export interface CrashResult {
	readonly events: number;
	readonly deliveries: number;
	/** Answers of n8n itself while it started; the sender repeats these. */
	readonly answersWhileStarting: number;
	/** By outcome, over all runs of Recover that could answer. */
	readonly recovered: Readonly<Record<string, number>>;
	/** Acknowledged, and never ran to the end. */
	readonly lost: readonly string[];
	/** Ran to the end more than once, each time stored by n8n as a success. */
	readonly doubled: readonly string[];
}

/** Prints what {@link runCrashes} finds. @returns whether nothing was lost and nothing doubled */
export async function benchCrash(options: CrashOptions): Promise<boolean> {
	console.log(
		`n8n 2.41.1 on SQLite, killed with -9 ${options.kills} times (seed ${options.seed}), each time within ${options.longestLifeMs / 1000} s after it was up; ${options.eventsPerSecond} events a second from a sender that repeats; Recover after each start.`,
	);
	const result = await runCrashes({ ...options, onKill: (line) => console.log(line) });
	const { events, deliveries, answersWhileStarting, recovered } = result;
	console.log(`\n${events} events in ${deliveries} deliveries, all acknowledged.`);
	console.log(`Answered by n8n itself while it started: ${answersWhileStarting}.`);
	console.log(`Recover: ${JSON.stringify(recovered)}`);
	return tellLostAndDoubled('Crashes', `${options.kills} kills, seed ${options.seed}`, result);
}

/** Kills an n8n again and again while events come in, and counts what became of each event. */
export async function runCrashes(options: CrashOptions): Promise<CrashResult> {
	const n8n = await startTestN8n({
		env: {
			N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true',
			N8N_DISABLE_UI: 'true',
			EXECUTIONS_DATA_PRUNE: 'false',
		},
	});
	const stop = () => void n8n.kill9();
	process.once('SIGINT', stop).once('SIGTERM', stop);
	try {
		const scene = await publishScene(n8n);
		return await crashAndCount(n8n, scene, options);
	} finally {
		process.removeListener('SIGINT', stop).removeListener('SIGTERM', stop);
		await n8n.close();
	}
}

async function crashAndCount(
	n8n: TestN8n,
	scene: CrashScene,
	{ kills, seed, eventsPerSecond, longestLifeMs, onKill }: CrashOptions,
): Promise<CrashResult> {
	const random = randomNumbers(seed);
	const { url } = scene.live;
	const sender = new RepeatingSender({
		urls: [url],
		eventsPerSecond,
		random: randomNumbers(seed + 1),
	});
	const recovering = new Recovering(scene);
	let upSince = new Date();
	for (let kill = 1; kill <= kills; kill++) {
		const life = Math.round(random() * longestLifeMs);
		await sleep(life);
		await n8n.kill9();
		upSince = await startAgain(n8n);
		onKill?.(
			`kill ${kill}, after ${life} ms: ${sender.acknowledged.size} of ${sender.sent.length} events acknowledged, recovered ${JSON.stringify(recovering.outcomes)}, ${recovering.unanswered} runs without an answer`,
		);
	}
	await sender.finish();
	await recovering.finish(upSince);
	const completed = await scene.completed();
	return {
		events: sender.sent.length,
		deliveries: sender.deliveries,
		answersWhileStarting: sender.answersWhileStarting,
		recovered: recovering.outcomes,
		lost: [...sender.acknowledged].filter((id) => !completed.has(id)),
		doubled: [...completed].flatMap(([id, times]) => (times > 1 ? [`${id} (${times})`] : [])),
	};
}

/**
 * n8n may end by itself while it starts, as on a machine that is too busy for its database's limits.
 *
 * @returns when the start that succeeded began
 */
async function startAgain(n8n: TestN8n): Promise<Date> {
	for (let tries = 1; ; tries++) {
		const began = new Date();
		try {
			await n8n.startAgain();
			return began;
		} catch (error) {
			if (tries >= 3) throw error;
		}
	}
}

/** Runs Recover every few seconds, whether n8n is there or not. */
class Recovering {
	readonly outcomes: Record<string, number> = {};
	/** Runs that a kill, or a start, kept from answering. */
	unanswered = 0;
	readonly #scene: CrashScene;
	readonly #running: Promise<void>;
	#stopped = false;

	constructor(scene: CrashScene) {
		this.#scene = scene;
		this.#running = this.#run();
	}

	/** Waits until nothing is left to recover, and nothing runs. */
	async finish(upSince: Date): Promise<void> {
		this.#stopped = true;
		await this.#running;
		await until('all that was interrupted has run', SETTLE_LIMIT_MS, async () => {
			const items = await this.#once();
			const isAtWork = items.some(({ outcome }) => outcome !== 'skipped');
			return isAtWork || (await this.#scene.isBusy(upSince)) ? undefined : true;
		});
	}

	async #run(): Promise<void> {
		while (!this.#stopped) {
			// n8n is down, or is killed meanwhile: the next run reads everything anew.
			await this.#once().catch(() => void (this.unanswered += 1));
			await sleep(RECOVER_EVERY_MS);
		}
	}

	async #once() {
		const items = await this.#scene.recover();
		for (const { outcome } of items) this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
		return items;
	}
}
