import {
	closeSync,
	linkSync,
	openSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	utimesSync,
	writeSync,
} from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { withHeartbeat } from './step.mjs';

/** The holder touches its file this often. */
const TOUCH_MS = 10_000;
/** A file that nobody touched for so long is stale, even if its process number lives again. */
const STALE_MS = 90_000;
/** An install takes 5 minutes, on a slow line perhaps 20. */
const MAX_WAIT_MS = 30 * 60_000;

/**
 * Runs `work` while no other process on this machine runs it under the same lock file. The file
 * holds the process number of its owner; one left behind by a dead process is taken over.
 *
 * @param what is installed, for the message to whoever waits
 */
export async function withInstallLock<T>(
	what: string,
	file: string,
	signal: AbortSignal | undefined,
	work: () => Promise<T>,
): Promise<T> {
	if (!tryTake(file)) {
		const title = `Another process (pid ${readOwner(file)}) is installing ${what}: waiting for it`;
		await withHeartbeat(title, () => waitForLock(file, signal));
	}
	const touch = setInterval(() => utimesSync(file, new Date(), new Date()), TOUCH_MS);
	try {
		return await work();
	} finally {
		clearInterval(touch);
		rmSync(file, { force: true });
	}
}

async function waitForLock(file: string, signal: AbortSignal | undefined): Promise<void> {
	const deadline = Date.now() + MAX_WAIT_MS;
	while (!tryTake(file)) {
		if (Date.now() > deadline) {
			throw new Error(
				`${file} is still held by process ${readOwner(file)}. End it, or delete the file, and run this again.`,
			);
		}
		await sleep(500, undefined, { signal });
	}
}

function tryTake(file: string): boolean {
	if (isStale(file)) discardStale(file);
	try {
		const handle = openSync(file, 'wx');
		writeSync(handle, String(process.pid));
		closeSync(handle);
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
		throw error;
	}
}

function readOwner(file: string): string {
	try {
		return readFileSync(file, 'utf8').trim();
	} catch {
		return '';
	}
}

function isStale(file: string): boolean {
	try {
		if (Date.now() - statSync(file).mtimeMs > STALE_MS) return true;
		const owner = Number(readOwner(file));
		return owner > 0 && !isAlive(owner);
	} catch {
		return false; // released meanwhile
	}
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}

/** Two waiters may see the same stale file: whoever moved away a fresh one puts it back. */
function discardStale(file: string): void {
	const aside = `${file}.stale-${process.pid}`;
	try {
		renameSync(file, aside);
		if (!isStale(aside)) linkSync(aside, file);
	} catch {
		// Another waiter was faster.
	}
	rmSync(aside, { force: true });
}
