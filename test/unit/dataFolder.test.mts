import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { withDataFolder } from '../../scripts/support/dataFolder.mts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'data-folder-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = async (work: () => Promise<unknown> = async () => 'ran') =>
	await withDataFolder(join(folder, 'data'), 'npm start', work);

test('a data folder is used by one command at a time, and the second is told where the first runs', async () => {
	const beside = await run(async () => await run().catch(({ message }: Error) => message));
	expect(beside).toContain(
		`"npm start" already runs with the data in ${join(folder, 'data')} (process ${process.pid})`,
	);
	expect(await run()).toBe('ran');
	await expect(run(async () => await Promise.reject(new Error('broken')))).rejects.toThrow(
		'broken',
	);
	expect(await run()).toBe('ran');
});

test('a command that was killed leaves nothing in the way of the next', async () => {
	await run();
	// No process has that number on any system that Node runs on.
	writeFileSync(join(folder, 'data', 'running.pid'), String(2 ** 30));
	expect(await run()).toBe('ran');
});

test('deleting the folder of a running command does not end it', async () => {
	vi.useFakeTimers();
	try {
		const outcome = await run(async () => {
			rmSync(join(folder, 'data'), { recursive: true });
			vi.advanceTimersByTime(60_000);
			return 'ran';
		});
		expect(outcome).toBe('ran');
	} finally {
		vi.useRealTimers();
	}
});
