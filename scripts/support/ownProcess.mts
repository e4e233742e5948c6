import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** How a process has ended: its exit code, or the signal. */
export type Ending = number | NodeJS.Signals;

/** Resolves when it has ended, for whatever reason; 1 where it could not be started. */
export async function endOf(child: ChildProcess): Promise<Ending> {
	return await new Promise((resolve) => {
		child.once('exit', (code, signal) => resolve(code ?? signal ?? 1));
		child.once('error', () => resolve(1));
	});
}

/** Sends a signal to all processes of a group, as far as there are any. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
	try {
		process.kill(-pid, signal);
	} catch {
		// Nothing of the group is left.
	}
}

/** A killed process is in the list until somebody has taken note of it: for a while it seems to live. */
const GONE_LIMIT_MS = 10_000;

/** Waits until nothing of a group is left, for at most ten seconds. */
export async function untilGroupIsGone(pid: number): Promise<void> {
	const deadline = Date.now() + GONE_LIMIT_MS;
	while (hasGroup(pid) && Date.now() < deadline) await sleep(20);
}

function hasGroup(pid: number): boolean {
	try {
		process.kill(-pid, 0);
		return true;
	} catch {
		return false;
	}
}

export interface Starting {
	/** For people, such as `Redis`. */
	readonly name: string;
	readonly logFile: string;
	readonly ended: Promise<Ending>;
	/** Whether it can be used; asked again and again. */
	isReady(): Promise<boolean>;
	/** The end of what it has printed. */
	logTail(): string;
	readonly limitMs: number;
	/** Between two questions. */
	readonly everyMs: number;
	/** Ends the wait. */
	readonly signal?: AbortSignal | undefined;
}

/**
 * Waits until a process can be used.
 *
 * @throws when it ends before that or takes too long, with the end of its log
 */
export async function waitUntilReady(starting: Starting): Promise<void> {
	const { name, logFile, limitMs, everyMs, signal } = starting;
	const deadline = Date.now() + limitMs;
	let ending: Ending | undefined;
	void starting.ended.then((how) => (ending = how));
	while (!(await starting.isReady())) {
		signal?.throwIfAborted();
		const trouble =
			ending !== undefined
				? `${name} ended (${ending}) before it was ready.`
				: Date.now() > deadline
					? `${name} was not ready after ${limitMs / 1000} s.`
					: undefined;
		if (trouble) throw new Error(`${trouble} The end of ${logFile}:\n${starting.logTail()}`);
		await sleep(everyMs);
	}
}

/** Whether a process with this id is there, also one of another user. */
export function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}
