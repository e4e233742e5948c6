import { sleep } from 'n8n-workflow';

/** Waits; ends early, without an error, where the execution is cancelled. */
export async function pauseUnlessCancelled(ms: number, signal?: AbortSignal): Promise<void> {
	// Nothing else can end the wait early.
	await sleep(ms, signal).catch(() => undefined);
}
