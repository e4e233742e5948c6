import { setTimeout as sleep } from 'node:timers/promises';
import { holderOf, tryHold } from './heldFile.mts';
import { withHeartbeat } from './step.mjs';

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
	let release = tryHold(file);
	if (release === undefined) {
		const title = `Another process (pid ${holderOf(file)}) is installing ${what}: waiting for it`;
		release = await withHeartbeat(title, () => waitForLock(file, signal));
	}
	try {
		return await work();
	} finally {
		release();
	}
}

async function waitForLock(file: string, signal: AbortSignal | undefined): Promise<() => void> {
	const deadline = Date.now() + MAX_WAIT_MS;
	for (;;) {
		const release = tryHold(file);
		if (release !== undefined) return release;
		if (Date.now() > deadline) {
			throw new Error(
				`${file} is still held by process ${holderOf(file)}. End it, or delete the file, and run this again.`,
			);
		}
		await sleep(500, undefined, { signal });
	}
}
