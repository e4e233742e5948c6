import { rmSync } from 'node:fs';
import { sqlite } from '../test/history/sqlite.mts';
import { loadHistory } from '../test/history/loadedHistory.mts';
import { linkOtherBuild } from './otherBuild.mts';
import { writeProbe } from './history/probe.mts';
import { benchPeaks } from './history/peaks.mts';
import { benchReading } from './history/reading.mts';
import { benchReplaying } from './history/replaying.mts';

export interface HistoryBenchOptions {
	/** In n8n's store. */
	readonly executions: number;
	/** Of one measurement of Replay, 0 for none. */
	readonly replays: number;
	readonly rounds: number;
	/** Whether the peak memory of each reading is measured too, for which n8n starts anew each time. */
	readonly peaks: boolean;
	/** A checkout of another build of this package, which reads in the same run. */
	readonly against?: string;
}

/** Measures Event History in a real n8n on SQLite, and prints medians and ratios. */
export async function benchHistory({
	executions,
	replays,
	rounds,
	peaks,
	against,
}: HistoryBenchOptions): Promise<void> {
	console.log(
		`n8n 2.41.1 on SQLite with ${executions} executions of mixed workflows and outcomes; all that is compared runs inside the same n8n, ${rounds} rounds after one that does not count, order turned round each time.`,
	);
	const probe = writeProbe();
	const history = await loadHistory(sqlite, executions, {
		env: { N8N_CUSTOM_EXTENSIONS: probe },
		whole: true,
	});
	const stop = () => void history.n8n.kill9();
	process.once('SIGINT', stop).once('SIGTERM', stop);
	try {
		const other = against && linkOtherBuild(history.n8n.userFolder, against);
		if (other) {
			await history.n8n.stop();
			await history.n8n.startAgain();
		}
		if (peaks) await benchPeaks(history, other || undefined);
		await benchReading(history, rounds, other || undefined);
		if (replays > 0) await benchReplaying(history, replays, rounds);
	} finally {
		await history.close();
		rmSync(probe, { recursive: true, force: true });
	}
}
