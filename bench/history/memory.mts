import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const EVERY_MS = 20;

/** A process counts as at rest when its memory has been the same for so long. */
const REST_MS = 30_000;
const LONGEST_REST_MS = 120_000;

/** What the memory of a process at rest goes up and down by. */
const SAME_MB = 8;

/** Memory that a process has (Linux), in MB. */
export function residentMb(pid: number): number {
	const [, kilobytes] =
		/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
	return Number(kilobytes) / 1024;
}

/** Clock ticks of Linux in `/proc`, in milliseconds. */
const TICK_MS = 10;

/** Processor time that a process has taken so far (Linux), in milliseconds. */
export function cpuMs(pid: number): number {
	const [, fields = ''] = /\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
	// The fields behind the name: user and system time are the 12th and the 13th.
	const [user, system] = fields.split(' ').slice(11, 13);
	return (Number(user) + Number(system)) * TICK_MS;
}

/**
 * Waits until the memory of a process stays the same: V8 collects its garbage some 10 s after the
 * last work.
 */
export async function atRest(pid: number): Promise<void> {
	const end = performance.now() + LONGEST_REST_MS;
	let before = residentMb(pid);
	let since = performance.now();
	while (performance.now() < Math.min(since + REST_MS, end)) {
		await sleep(500);
		const now = residentMb(pid);
		if (Math.abs(now - before) <= SAME_MB) continue;
		before = now;
		since = performance.now();
	}
}

/** Memory in MB: before something was done, and how much more it was at most while it was done. */
export interface PeakMemory {
	readonly idle: number;
	readonly above: number;
}

/** Does something, and watches the memory of a process. */
export async function peakMemory(pid: number, work: () => Promise<unknown>): Promise<PeakMemory> {
	const idle = residentMb(pid);
	let peak = idle;
	const timer = setInterval(() => {
		peak = Math.max(peak, residentMb(pid));
	}, EVERY_MS);
	try {
		await work();
	} finally {
		clearInterval(timer);
	}
	return { idle, above: peak - idle };
}
