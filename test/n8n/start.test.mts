import { createServer } from 'node:http';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { N8nClient } from '../../scripts/n8n/n8nClient.mts';
import type { Credential } from '../../scripts/n8n/n8nTypes.mts';
import { readSettings, type Settings } from '../../scripts/start/settings.mts';
import { freePorts, LOOPBACK } from '../../scripts/support/ports.mts';
import { findChromium, launchChromium, openPage } from '../support/chromium.mts';
import { CREDENTIAL_PREFIX } from '../support/credentialTypes.mts';
import { processesOf, send, StartedCommand } from '../support/startedCommand.mts';

/** What the tests of our credentials say, asked for as the editor does when a credential is opened. */
async function outcomesInEditor(client: N8nClient): Promise<Record<string, unknown>> {
	const outcomes: Record<string, unknown> = {};
	for (const { id } of await client.listCredentials()) {
		const opened = `/credentials/${id}?includeData=true`;
		const { name, type, data } = await client.rest<Credential & { data: object }>('GET', opened);
		if (!type.startsWith(CREDENTIAL_PREFIX)) continue;
		const credentials = { id, name, type, data };
		outcomes[type] = await client.rest('POST', '/credentials/test', { credentials });
	}
	return outcomes;
}

describe('npm start', () => {
	let folder: string;
	let env: Record<string, string>;

	beforeAll(async () => {
		folder = mkdtempSync(join(tmpdir(), 'npm-start-'));
		const [n8n, broker, hub, store] = await freePorts(4);
		env = {
			DATA_DIR: folder,
			N8N_PORT: String(n8n),
			N8N_RUNNERS_BROKER_PORT: String(broker),
			LIVE_HUB_PORT: String(hub),
			KOMETIA_STORE_PORT: String(store),
		};
	});
	afterEach(async () => {
		for (const start of StartedCommand.running) {
			start.kill('SIGTERM');
			await start.ended;
		}
	});
	afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));

	const settings = (): Settings => {
		const found = readSettings(folder);
		if (!found) throw new Error('npm start has written no settings');
		return found;
	};

	test('a taken port is an error that names the setting, and nothing is started', async () => {
		const other = createServer().listen(0, LOOPBACK);
		await new Promise((resolve) => other.once('listening', resolve));
		const port = String((other.address() as AddressInfo).port);
		for (const setting of Object.keys(env).filter((name) => name.endsWith('_PORT'))) {
			const start = new StartedCommand({ ...env, [setting]: port });
			expect(await start.ended).toBe(1);
			expect(start.output).toContain(`Port ${port} is taken`);
			expect(start.output).toContain(`${setting}=`);
		}
		await new Promise((resolve) => other.close(resolve));
		expect(existsSync(join(folder, '.n8n'))).toBe(false);
		expect(processesOf(folder).commands).toEqual(new Map());
	});

	test('sending before the first start says what to do', () => {
		const { code, output } = send(env, 'hola');
		expect(code).toBe(1);
		expect(output).toContain('Run "npm start"');
	});

	test('takes signed messages, keeps its data, and leaves no process behind', async () => {
		const first = new StartedCommand(env);
		await first.ready();
		const before = settings();
		expect(first.output).toContain(before.owner.password);
		for (const url of Object.values(before.webhookUrls)) expect(first.output).toContain(url);
		expect(Object.keys(before.webhookUrls)).toHaveLength(5);
		expect(statSync(join(folder, 'settings.json')).mode & 0o777).toBe(0o600);

		expect(send(env, 'hola', '--id', 'FIRST')).toEqual({
			code: 0,
			output: expect.stringContaining('{"received":true,"id":"FIRST"}'),
		});
		expect(send(env, 'hola', '--id', 'FIRST').output).toContain('"duplicate":true');
		const forged = send(env, 'hola', '--bad-signature');
		expect(forged).toEqual({ code: 0, output: expect.stringContaining('signature_mismatch') });

		const client = new N8nClient(`http://${LOOPBACK}:${env.N8N_PORT}`);
		client.apiKey = before.apiKey;
		await client.logIn(before.owner);
		const ours = Object.keys(before.credentialIds).filter((type) =>
			type.startsWith(CREDENTIAL_PREFIX),
		);
		expect(await outcomesInEditor(client)).toEqual(
			Object.fromEntries(ours.map((type) => [type, expect.objectContaining({ status: 'OK' })])),
		);

		const whatsapp = before.workflowIds['whatsapp-to-live-page'] ?? '';
		const [execution] = await client.waitForExecutions(whatsapp);
		expect(execution?.status).toBe('success');
		expect(Object.keys(execution?.data?.resultData.runData ?? {})).toContain('Realtime Broadcast');

		for (const [sender, workflow] of [
			['waha', 'whatsapp-to-live-page'],
			['eu-atendo', 'whatsapp-to-live-page'],
			['kometia', 'kometia-order-to-live-page'],
			['yape', 'yape-payment-to-live-page'],
		] as const) {
			const args = ['hola', '--as', sender, '--id', `AS-${sender}`];
			if (sender === 'yape') args[0] = 'Yape! JUAN PEREZ te envió un pago por S/ 50';
			const accepted = send(env, ...args);
			expect(accepted, sender).toEqual({ code: 0, output: expect.stringContaining('Accepted') });
			expect(send(env, ...args).output, sender).toContain('no second execution');
			const refused = send(env, ...args, '--bad-signature');
			expect(refused, sender).toEqual({ code: 0, output: expect.stringContaining('401') });
			const id = before.workflowIds[workflow] ?? '';
			await expect
				.poll(async () => {
					const runs = await client.waitForExecutions(id);
					return runs.map(({ status, data }) => {
						const broadcast = data?.resultData.runData['Realtime Broadcast'];
						const sent = JSON.stringify(broadcast?.[0]?.data ?? {});
						return [status, sent.includes('webhook.refused') ? 'refused' : broadcast && 'event'];
					});
				})
				.toEqual(
					expect.arrayContaining([
						['success', 'event'],
						['success', 'refused'],
					]),
				);
		}

		// Recovering is published: it starts with n8n, and every 5 minutes.
		for (const name of ['recover-after-a-crash', 'recover-every-5-minutes'] as const) {
			const recovery = await client.getWorkflow(before.workflowIds[name] ?? '');
			expect(recovery.active).toBe(true);
			const recovering = recovery.nodes.find(({ type }) => type.endsWith('.eventHistory'));
			expect(recovering?.credentials).toHaveProperty('realtimeWebhooksN8nEventStoreApi');
		}

		// A second one on other ports, as the error about a taken port proposes, would share the database.
		const [n8nPort, broker, hub, store] = await freePorts(4);
		const beside = new StartedCommand({
			...env,
			N8N_PORT: String(n8nPort),
			N8N_RUNNERS_BROKER_PORT: String(broker),
			LIVE_HUB_PORT: String(hub),
			KOMETIA_STORE_PORT: String(store),
		});
		expect(await beside.ended).toBe(1);
		expect(beside.output).toContain(`"npm start" already runs with the data in ${folder}`);
		expect(settings()).toEqual(before);

		const { groups } = processesOf(folder);
		expect(groups.size, 'npm start and n8n').toBe(2);
		first.kill('SIGINT');
		expect(await first.ended).toBe(0);
		expect(processesOf(folder, groups).commands).toEqual(new Map());
		const refused = send(env, 'hola');
		expect(refused).toEqual({ code: 1, output: expect.stringContaining('Nothing answered at') });

		const [otherHub, otherStore] = await freePorts(2);
		const second = new StartedCommand({
			...env,
			LIVE_HUB_PORT: String(otherHub),
			KOMETIA_STORE_PORT: String(otherStore),
		});
		await second.ready();
		const { hubUrl, storeUrl } = before;
		expect({ ...settings(), hubUrl, storeUrl }).toEqual(before);
		expect(await client.listWorkflows()).toHaveLength(7);
		expect(await client.listCredentials()).toHaveLength(9);
		await client.rest('PATCH', '/me/password', {
			currentPassword: before.owner.password,
			newPassword: 'Changed-in-n8n-1',
		});
		expect(send(env, 'hola', '--id', 'SECOND').code).toBe(0);
		const [latest] = await client.waitForExecutions(whatsapp, 2);
		expect(latest?.status, 'the message reaches the hub on its new port').toBe('success');

		const order = send(env, '--as', 'kometia');
		expect(order, 'n8n asks the store on its new port').toMatchObject({ code: 0 });

		expect(second.output).toContain(before.owner.password);
		second.kill('SIGTERM');
		expect(await second.ended).toBe(0);
		expect(processesOf(folder).commands).toEqual(new Map());
	});

	test.skipIf(!findChromium())(
		'the page lists what came in before it was started, and its button replays',
		async () => {
			const start = new StartedCommand(env);
			await start.ready();
			const { replayPassword } = settings();
			expect(start.output).toContain(replayPassword);
			expect(start.output, 'it was changed in n8n').not.toContain(settings().owner.password);
			expect(start.output).toContain('the one set in n8n');
			const browser = await launchChromium();
			try {
				const page = await openPage(browser);
				await page.goto(`http://${LOOPBACK}:${env.LIVE_HUB_PORT}`);
				const row = page.locator('.row', { hasText: 'JUAN PEREZ' });
				await row.waitFor();
				expect(await page.locator('#history-problem').isVisible()).toBe(false);
				expect(await row.innerText()).not.toContain('replayed');
				await row.locator('summary').click();
				const link = await row.locator('a.execution').getAttribute('href');
				const [, original] = /\/executions\/(\d+)$/.exec(link ?? '') ?? [];

				const dialog = page.locator('#replay-dialog');
				const give = async (password: string) => {
					await dialog.getByLabel('Password').fill(password);
					await dialog.getByRole('button', { name: 'Replay' }).click();
				};
				await row.getByRole('button', { name: 'Replay' }).click();
				await give('not the password');
				await dialog.getByText('The password is wrong').waitFor();
				await give(replayPassword);
				await row.locator('.replay-outcome', { hasText: /^Replayed \(execution \d+\)/ }).waitFor();
				await row.locator('.is-replayed').waitFor();
				expect(JSON.parse(await row.locator('pre').innerText())).toMatchObject({
					type: 'yape.payment.received',
					replayof: original,
				});
				await row.getByRole('button', { name: 'Replay' }).click();
				await row.locator('.replay-outcome', { hasText: 'Already replayed' }).waitFor();

				start.kill('SIGTERM');
				expect(await start.ended).toBe(0);
				await page.locator('#status:not([data-state="connected"])').waitFor();
				const again = new StartedCommand(env);
				await again.ready();
				await page.reload();
				await row.locator('.is-replayed').waitFor();
				await page.locator('.row', { hasText: 'Message received' }).first().waitFor();
				again.kill('SIGTERM');
				expect(await again.ended).toBe(0);
			} finally {
				await browser.close();
			}
		},
	);

	test('stops when only npm is told to end, which does not pass that on', async () => {
		const start = new StartedCommand(env, ['npm', 'start']);
		await start.ready();
		start.kill('SIGTERM');
		await start.ended;
		await expect.poll(() => processesOf(folder).commands).toEqual(new Map());
	});

	test('ends with an error that shows the log when n8n ends by itself', async () => {
		const start = new StartedCommand(env);
		await start.ready();
		const { commands, groups } = processesOf(folder);
		const running = [...commands];
		const [n8n] = running.find(([, args]) => args.includes('bin/n8n start')) ?? [];
		if (n8n === undefined) throw new Error(`no n8n among ${JSON.stringify(running)}`);
		process.kill(n8n, 'SIGKILL');
		expect(await start.ended).toBe(1);
		expect(start.output).toContain('n8n stopped unexpectedly');
		expect(readFileSync(join(folder, 'n8n.log'), 'utf8')).not.toBe('');
		// A killed process is listed, without its command line, until the system has taken it apart.
		await expect.poll(() => processesOf(folder, groups).commands).toEqual(new Map());
	});
});
