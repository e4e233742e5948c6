import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io } from 'socket.io-client';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { readSettings } from '../../scripts/start/settings.mts';
import { projectCommand, send, StartedCommand } from '../support/startedCommand.mts';
import { missingForCluster } from '../support/testCluster.mts';

const title = 'npm run cluster';

describe.skipIf(missingForCluster !== undefined)(
	missingForCluster === undefined ? title : `${title} (${missingForCluster})`,
	() => {
		// PostgreSQL may run as another user.
		const folder = mkdtempSync(join(tmpdir(), 'npm-cluster-'));
		const env = { DATA_DIR: folder };

		afterEach(async () => {
			for (const command of StartedCommand.running) {
				command.kill('SIGTERM');
				await command.ended;
			}
		});
		afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));

		test('takes what npm run send sends through both processors, shows it, and leaves no process behind', async () => {
			const command = new StartedCommand(env, projectCommand('cluster'));
			await command.ready();
			const settings = readSettings(join(folder, 'cluster'));
			if (settings === undefined) throw new Error('npm run cluster has written no settings');
			const { owner, replayPassword, webhookUrls, hubUrl = '' } = settings;
			for (const told of [owner.password, replayPassword, hubUrl, ...Object.values(webhookUrls)]) {
				expect(command.output).toContain(told);
			}

			const sent = ['FIRST', 'SECOND', 'FIRST', 'SECOND', 'SECOND'].map((id) =>
				send(env, 'hola', '--id', id),
			);
			expect(sent.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
			const answers = sent.map(({ output }) => {
				const [, host, what] = /^(\S+) of the cluster answered:\n200 (\S+)/m.exec(output) ?? [];
				return { host, what };
			});
			const hosts = answers.map(({ host }) => host);
			expect(new Set(hosts).size).toBe(2);
			expect(hosts[0]).not.toBe(hosts[1]);
			// The last one is told by the processor that had not taken it.
			expect(answers.map(({ what }) => what)).toEqual([
				'{"received":true,"id":"FIRST"}',
				'{"received":true,"id":"SECOND"}',
				'{"duplicate":true,"id":"FIRST"}',
				'{"duplicate":true,"id":"SECOND"}',
				'{"duplicate":true,"id":"SECOND"}',
			]);
			expect(hosts[4]).not.toBe(hosts[1]);
			expect(send(env, 'hola', '--bad-signature').output).toContain('signature_mismatch');
			await expect
				.poll(async () => await livePage(hubUrl))
				.toEqual({
					about: { history: true, replay: true, historyProblem: '' },
					ids: ['FIRST', 'SECOND'],
				});

			command.kill('SIGINT');
			expect(await command.ended).toBe(0);
			expect(processesNaming(folder)).toEqual([]);
		});
	},
);

/** What a browser that opens the live page is told: what n8n does for the page, and the ids of its events. */
async function livePage(url: string): Promise<{ about: unknown; ids: string[] }> {
	const watcher = io(`${url}/live`, { transports: ['websocket'], forceNew: true });
	try {
		const about = new Promise<unknown>((resolve) => watcher.once('n8n', resolve));
		const caught = new Promise<{ records: Array<{ event: { id: string } }> }>((resolve) =>
			watcher.once('catchup', resolve),
		);
		const ids = (await caught).records.map(({ event }) => event.id);
		return { about: await about, ids: ids.toSorted() };
	} finally {
		watcher.close();
	}
}

/** Command lines that name a folder. */
function processesNaming(folder: string): string[] {
	const { stdout } = spawnSync('ps', ['-eo', 'args', 'e', '-ww'], { encoding: 'utf8' });
	return stdout.split('\n').filter((line) => line.includes(folder));
}
