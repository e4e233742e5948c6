import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { processesOf, projectCommand, StartedCommand } from '../support/startedCommand.mts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'stopped-command-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('Ctrl-C also ends what a command has started, such as the benchmark that runs or a test run', async () => {
	// The folder marks its processes.
	const env = { DATA_DIR: folder, FUZZ_BODIES: '100000000' };
	const command = new StartedCommand(env, projectCommand('fuzz-bodies'));
	try {
		await expect.poll(() => command.output, { timeout: 120_000 }).toContain('RUN');
		command.kill('SIGINT');
		await expect.poll(() => [...processesOf(folder).commands], { timeout: 20_000 }).toEqual([]);
		expect(await command.ended).toBe(130);
	} finally {
		for (const pid of processesOf(folder).commands.keys()) process.kill(pid, 'SIGKILL');
	}
});
