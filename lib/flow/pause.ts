import { setTimeout as sleep } from 'node:timers/promises';

/** Waits; ends early, without an error, where the signal says so: who waits looks at it afterwards. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
	// Nothing else can end the wait early.
	await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}
