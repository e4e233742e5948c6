import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { dataFolder } from '../start/settings.mts';
import { isAlive } from '../support/ownProcess.mts';

const runningSchema = z.object({
	pid: z.number(),
	/** Addresses of the webhook processors. */
	processors: z.array(z.string()).min(1),
	/** How many events `npm run send` has sent. */
	turn: z.number(),
});
type RunningCluster = z.infer<typeof runningSchema>;

/** Where `npm run cluster` keeps its data: beside those of `npm start`. */
export function clusterFolder(): string {
	return join(dataFolder(), 'cluster');
}

const fileIn = (folder: string) => join(folder, 'running.json');

/** Says that the cluster of a folder runs, for `npm run send`. */
export function noteRunning(folder: string, running: RunningCluster): void {
	writeFileSync(fileIn(folder), `${JSON.stringify(running, null, '\t')}\n`);
}

export function noteStopped(folder: string): void {
	rmSync(fileIn(folder), { force: true });
}

/** The cluster of a folder, where one runs. */
export function runningCluster(folder: string): RunningCluster | undefined {
	if (!existsSync(fileIn(folder))) return undefined;
	const { data } = runningSchema.safeParse(JSON.parse(readFileSync(fileIn(folder), 'utf8')));
	return data !== undefined && isAlive(data.pid) ? data : undefined;
}

/** The same address at the processor whose turn it is. */
export function atNextProcessor(folder: string, running: RunningCluster, url: string): string {
	const { processors, turn } = running;
	noteRunning(folder, { ...running, turn: turn + 1 });
	const { pathname } = new URL(url);
	return new URL(pathname, processors[turn % processors.length]).href;
}
