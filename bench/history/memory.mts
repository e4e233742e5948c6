import { readFileSync } from 'node:fs';

const EVERY_MS = 20;

/** Memory that a process has (Linux), in MB. */
export function residentMb(pid: number): number {
	const [, kilobytes] =
		/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
	return Number(kilobytes) / 1024;
}

/** The most memory that a process had while something was done, in MB above what it had before. */
export async function peakAbove(pid: number, work: () => Promise<unknown>): Promise<number> {
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
	return peak - idle;
}
