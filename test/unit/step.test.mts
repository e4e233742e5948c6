import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { runStep, say, withHeartbeat } from '../../scripts/support/step.mjs';

const ERASE_LINE = '\r\x1b[K';

let written: string[];
const before = { isTTY: process.stdout.isTTY, columns: process.stdout.columns };

beforeEach(() => {
	written = [];
	vi.useFakeTimers();
	vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
		written.push(String(text));
		return true;
	});
});
afterEach(() => {
	Object.assign(process.stdout, before);
	vi.restoreAllMocks();
	vi.useRealTimers();
});

/** A step that takes so long, or breaks off then. */
function work(ms: number, error?: Error): () => Promise<void> {
	return async () => {
		await vi.advanceTimersByTimeAsync(ms);
		if (error) throw error;
	};
}

test('in a log: a line at the beginning, one every ten seconds, one at the end', async () => {
	Object.assign(process.stdout, { isTTY: false });
	await withHeartbeat('Compiling', work(83_000), '1 to 2 minutes');
	expect(written).toEqual([
		'• Compiling (usually 1 to 2 minutes)\n',
		...[10, 20, 30, 40, 50].map((seconds) => `  … Compiling (${seconds} s)\n`),
		'  … Compiling (1 min 0 s)\n',
		'  … Compiling (1 min 10 s)\n',
		'  … Compiling (1 min 20 s)\n',
		'  done in 1 min 23 s\n',
	]);
});

test('on a terminal: one line that is rewritten each second, and that other lines do not break', async () => {
	Object.assign(process.stdout, { isTTY: true, columns: 200 });
	await withHeartbeat(
		'Compiling',
		async () => {
			await work(1_000)();
			say('Something else');
			await work(1_000)();
		},
		'a minute',
	);
	const line = (seconds: number) => `${ERASE_LINE}• Compiling: ${seconds} s (usually a minute)`;
	expect(written).toEqual([
		line(0),
		line(1),
		`${ERASE_LINE}Something else\n`,
		line(1),
		line(2),
		ERASE_LINE,
		'• Compiling: done in 2 s\n',
	]);
});

test('a line that would wrap is cut: what is above the last line cannot be rewritten', async () => {
	Object.assign(process.stdout, { isTTY: true, columns: 10 });
	await withHeartbeat('Compiling the driver', work(0));
	expect(written[0]).toBe(`${ERASE_LINE}• Compili`);
});

test.each([true, false])('a step that breaks off says so (terminal: %s)', async (isTTY) => {
	Object.assign(process.stdout, { isTTY, columns: 200 });
	const error = new Error('no compiler');
	await expect(withHeartbeat('Compiling', work(2_000, error))).rejects.toBe(error);
	expect(written.at(-1)).toContain('failed after 2 s\n');
	const count = written.length;
	await vi.advanceTimersByTimeAsync(60_000);
	expect(written).toHaveLength(count);
});

test('a command that fails ends with what it needs and what to do', async () => {
	vi.useRealTimers();
	const folder = mkdtempSync(join(tmpdir(), 'step-'));
	try {
		const running = runStep({
			title: 'Compiling',
			command: process.execPath,
			args: ['-e', 'console.error("gyp ERR! not ok"); process.exit(1)'],
			cwd: folder,
			logFile: join(folder, 'log'),
			ifItFails: 'It needs a compiler. Then run the same command again.',
		});
		await expect(running).rejects.toThrow(
			/gyp ERR! not ok\nThe whole output is in .*log\n\nIt needs a compiler\. Then run the same command again\.$/,
		);
	} finally {
		rmSync(folder, { recursive: true });
	}
});
