import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { missingPrograms, withoutCaddy } from '../../scripts/cluster/missing.mts';
import {
	atNextProcessor,
	noteRunning,
	noteStopped,
	runningCluster,
} from '../../scripts/cluster/running.mts';

describe('npm run cluster', () => {
	test('says what is missing and how to install it, one line each', () => {
		const program = { what: 'holds the queue', packageName: 'redis-server' };
		const lines = missingPrograms([
			{ ...program, name: 'Redis', isInstalled: () => false },
			{ ...program, name: 'Another', isInstalled: () => true },
		]);
		expect(lines).toEqual([
			'Redis is not installed: it holds the queue. Install it with: apt-get install redis-server',
		]);
	});

	test('goes on without Caddy, and says so', () => {
		expect(withoutCaddy(true)).toBeUndefined();
		expect(withoutCaddy(false)).toMatch(/^Caddy is not installed, .+apt-get install caddy$/);
	});

	describe('tells npm run send', () => {
		let folder: string;
		beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'cluster-'))));
		afterEach(() => rmSync(folder, { recursive: true, force: true }));

		const processors = ['http://127.0.0.1:1', 'http://127.0.0.1:2'];

		test('whose turn it is: each processor after the other', () => {
			noteRunning(folder, { pid: process.pid, processors, turn: 0 });
			const sent = [1, 2, 3].map(() => {
				const running = runningCluster(folder);
				if (running === undefined) throw new Error('none runs');
				return atNextProcessor(folder, running, 'http://127.0.0.1:9/webhook/abc');
			});
			expect(sent).toEqual([
				'http://127.0.0.1:1/webhook/abc',
				'http://127.0.0.1:2/webhook/abc',
				'http://127.0.0.1:1/webhook/abc',
			]);
		});

		test('that none runs: when it has stopped, also by a crash', () => {
			expect(runningCluster(folder)).toBeUndefined();
			// No process has that number on any system that Node runs on.
			noteRunning(folder, { pid: 2 ** 30, processors, turn: 0 });
			expect(runningCluster(folder)).toBeUndefined();
			noteRunning(folder, { pid: process.pid, processors, turn: 0 });
			noteStopped(folder);
			expect(runningCluster(folder)).toBeUndefined();
		});
	});
});
