// npm start: n8n with this package, the example workflows, the live page and a local Kometia store,
// all on 127.0.0.1.
import { join } from 'node:path';
import type { Hub } from '../examples/live-hub/hub.mts';
import { ensureBuild } from './build.mts';
import { ensureRuntime } from './n8n/installRuntime.mts';
import { startN8n } from './n8n/n8nProcess.mts';
import type { N8nRuntime } from './n8n/runtimeFolder.mts';
import { linkPackage } from './n8n/packageLink.mts';
import type { Addresses } from './start/credentials.mts';
import { connectPage, withLocalServers } from './start/localServers.mts';
import { provision, type Provisioned } from './start/provision.mts';
import { dataFolder, ensureSettings, settingsFile } from './start/settings.mts';
import type { Settings } from './start/settings.mts';
import { editorLines, SEND_COMMANDS, webhookLines, workflowLines } from './start/summary.mts';
import { commandOptions } from './support/commandOptions.mts';
import { withDataFolder } from './support/dataFolder.mts';
import { CHECKOUT } from './support/paths.mts';
import { assertPortFree, portFromEnv } from './support/ports.mts';
import { listenForShutdown } from './support/shutdown.mts';
import type { Shutdown } from './support/shutdown.mts';
import { say, withHeartbeat } from './support/step.mjs';

commandOptions(
	`Starts n8n with this package, the example workflows, the live page and a local Kometia store, all on 127.0.0.1.

  npm start

Environment variables change its ports and its data folder, such as
N8N_PORT=6678 npm start: see "Settings of npm start" in docs/installation.md.`,
	{},
);
process.title = 'npm start: n8n-nodes-realtime-webhooks';
const shutdown = listenForShutdown();
try {
	const folder = dataFolder();
	process.exitCode = await withDataFolder(folder, 'npm start', () => start(shutdown, folder));
} catch (error) {
	console.error(`\n${(error as Error).message}`);
	process.exitCode = shutdown.signal.aborted ? 130 : 1;
}
process.exit();

/** Runs until it is asked to stop or n8n ends. Returns the exit code. */
async function start({ signal, requested }: Shutdown, folder: string): Promise<number> {
	const ports = await choosePorts();
	const settings = ensureSettings(folder);
	await ensureBuild(signal);
	const runtime = await ensureRuntime(signal);
	signal.throwIfAborted();
	linkPackage(folder, CHECKOUT);

	try {
		return await withLocalServers(ports, settings, async (others, hub) => {
			return await runN8n({ signal, requested }, settings, ports, folder, runtime, others, hub);
		});
	} finally {
		if (signal.aborted) say('Stopped. Your data is kept.');
	}
}

async function runN8n(
	{ signal, requested }: Shutdown,
	settings: Settings,
	ports: { n8n: number; broker: number },
	folder: string,
	runtime: N8nRuntime,
	others: Omit<Addresses, 'n8n'>,
	hub: Hub,
): Promise<number> {
	const n8n = await withHeartbeat('Starting n8n', async () => {
		return await startN8n({
			runtime,
			port: ports.n8n,
			brokerPort: ports.broker,
			userFolder: folder,
			encryptionKey: settings.encryptionKey,
			logFile: join(folder, 'n8n.log'),
			// n8n then prepares its expression engine only for workflows that need it.
			env: { N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true' },
			signal,
		});
	});
	try {
		const addresses: Addresses = { n8n: n8n.url, ...others };
		const provisioned = provision(addresses, settings, folder);
		provisioned.catch(() => {}); // after a request to stop, nobody waits for it
		const ready = await withHeartbeat(
			'Preparing the owner, the credentials and the workflows',
			async () => await Promise.race([provisioned, requested]),
		);
		if (ready) {
			connectPage(hub, ready.settings);
			say(summary(ready, addresses, folder));
		}
		const ending = await Promise.race([n8n.ended, requested]);
		if (ending !== undefined) {
			console.error(
				`\nn8n stopped unexpectedly (${ending}). The end of ${n8n.logFile}:\n${n8n.logTail()}`,
			);
			return 1;
		}
		say('\nStopping n8n and the live page (Ctrl-C again: at once) …');
		return 0;
	} finally {
		await n8n.stop();
	}
}

async function choosePorts(): Promise<{
	n8n: number;
	broker: number;
	hub: number;
	store: number;
}> {
	const n8n = portFromEnv('N8N_PORT', 5678);
	const broker = portFromEnv('N8N_RUNNERS_BROKER_PORT', n8n + 1);
	const hub = portFromEnv('LIVE_HUB_PORT', 3300);
	const store = portFromEnv('KOMETIA_STORE_PORT', 3310);
	await assertPortFree(n8n, 'n8n', 'N8N_PORT');
	await assertPortFree(broker, "n8n's task broker", 'N8N_RUNNERS_BROKER_PORT');
	await assertPortFree(hub, 'the live page', 'LIVE_HUB_PORT');
	await assertPortFree(store, 'the local Kometia store', 'KOMETIA_STORE_PORT');
	return { n8n, broker, hub, store };
}

function summary(
	{ settings, isOwnerAccepted }: Provisioned,
	{ n8n: n8nUrl, hub, store }: Addresses,
	folder: string,
): string {
	return `
  Live page     ${hub}
    password    ${settings.replayPassword}  (to replay events)
${editorLines(settings, n8nUrl, isOwnerAccepted)}
  Kometia store ${store}
  Workflows
${workflowLines(settings, n8nUrl)}
  Webhook URLs
${webhookLines(settings)}

${SEND_COMMANDS}

  Secrets are in ${settingsFile(folder)}. Ctrl-C stops everything.
`;
}
