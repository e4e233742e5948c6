// npm run cluster: n8n in queue mode with this package, on 127.0.0.1: Redis, PostgreSQL, main, two
// webhook processors, two workers, and Caddy in front where it is installed; with the example
// workflows, the live page and the local Kometia store of npm start.
import type { Hub } from '../examples/live-hub/hub.mts';
import { ensureBuild } from './build.mts';
import { startCaddy } from './cluster/caddyServer.mts';
import { missingPrograms, withoutCaddy } from './cluster/missing.mts';
import { N8nCluster, PROCESSORS, WORKERS } from './cluster/n8nCluster.mts';
import { chooseClusterPorts } from './cluster/ports.mts';
import { clusterFolder, noteRunning, noteStopped } from './cluster/running.mts';
import { ensureRuntime } from './n8n/installRuntime.mts';
import type { Addresses } from './start/credentials.mts';
import { connectPage, withLocalServers } from './start/localServers.mts';
import { provision, type Provisioned } from './start/provision.mts';
import { ensureSettings, settingsFile, writeSettings } from './start/settings.mts';
import type { Settings } from './start/settings.mts';
import { editorLines, SEND_COMMANDS, webhookLines, workflowLines } from './start/summary.mts';
import { commandOptions } from './support/commandOptions.mts';
import { withDataFolder } from './support/dataFolder.mts';
import { LOOPBACK } from './support/ports.mts';
import { listenForShutdown } from './support/shutdown.mts';
import type { Shutdown } from './support/shutdown.mts';
import { say, withHeartbeat } from './support/step.mjs';

commandOptions(
	`Starts n8n in queue mode with this package, on 127.0.0.1: Redis, PostgreSQL, main, two webhook processors, two
workers, and Caddy if it is installed; with the example workflows and the live page of npm start.

  npm run cluster

CLUSTER_PORT=5800 npm run cluster uses the ports from 5800 on.`,
	{},
);
process.title = 'npm run cluster: n8n-nodes-realtime-webhooks';
const shutdown = listenForShutdown();
try {
	const folder = clusterFolder();
	process.exitCode = await withDataFolder(folder, 'npm run cluster', () => start(shutdown, folder));
} catch (error) {
	console.error(`\n${(error as Error).message}`);
	process.exitCode = shutdown.signal.aborted ? 130 : 1;
}
process.exit();

/** Runs until it is asked to stop or a part ends. Returns the exit code. */
async function start({ signal, requested }: Shutdown, folder: string): Promise<number> {
	const missing = missingPrograms();
	if (missing.length > 0) throw new Error(missing.join('\n'));
	const noCaddy = withoutCaddy();
	if (noCaddy !== undefined) say(noCaddy);
	const settings = ensureSettings(folder);
	const { ports, others } = await chooseClusterPorts(3);
	const [front = 0, hub = 0, store = 0] = others;
	await ensureBuild(signal);
	const runtime = await ensureRuntime(signal);
	signal.throwIfAborted();
	const frontUrl = `http://${LOOPBACK}:${noCaddy === undefined ? front : ports.processor1}`;
	const cluster = new N8nCluster({
		runtime,
		folder,
		ports,
		encryptionKey: settings.encryptionKey,
		// What the editor shows, and what triggers register at providers.
		env: { WEBHOOK_URL: `${frontUrl}/` },
		signal,
		onStep: withHeartbeat,
	});
	try {
		return await withLocalServers({ hub, store }, settings, async (local, page) => {
			await cluster.start();
			try {
				const caddy =
					noCaddy === undefined
						? await startCaddy({
								folder: `${folder}/caddy`,
								port: front,
								main: cluster.url('main'),
								processors: PROCESSORS.map((name) => cluster.url(name)),
								signal,
							})
						: undefined;
				try {
					const addresses: Addresses = { n8n: cluster.url('main'), ...local };
					return await run({ signal, requested }, { cluster, addresses, page, settings, frontUrl });
				} finally {
					await caddy?.stop();
				}
			} finally {
				await cluster.stop();
			}
		});
	} finally {
		noteStopped(folder);
		if (signal.aborted) say('Stopped. Your data is kept.');
	}
}

interface Running {
	readonly cluster: N8nCluster;
	readonly addresses: Addresses;
	readonly page: Hub;
	readonly settings: Settings;
	/** Where providers would deliver to. */
	readonly frontUrl: string;
}

async function run({ requested }: Shutdown, running: Running): Promise<number> {
	const { cluster, addresses, page, settings, frontUrl } = running;
	const { folder } = cluster;
	// Looked at from here on: what ends by itself is told, whatever happens meanwhile.
	const ended = cluster.firstEnded();
	const provisioned = provision(addresses, settings, folder).then(async (ready) => {
		await Promise.all(
			Object.values(ready.settings.webhookUrls).map(async (url) => {
				await cluster.waitForWebhook(new URL(url).pathname.replace('/webhook/', ''));
			}),
		);
		return ready;
	});
	provisioned.catch(() => {}); // after a request to stop, nobody waits for it
	const ready = await withHeartbeat(
		'Preparing the owner, the credentials and the workflows',
		async () => await Promise.race([provisioned, requested]),
	);
	if (ready) {
		const atFront = (urls: Readonly<Record<string, string>>) =>
			Object.fromEntries(
				Object.entries(urls).map(([name, url]) => [
					name,
					new URL(new URL(url).pathname, frontUrl).href,
				]),
			);
		const told: Settings = {
			...ready.settings,
			webhookUrls: atFront(ready.settings.webhookUrls),
			pageUrls: atFront(ready.settings.pageUrls),
		};
		writeSettings(folder, told);
		const processors = PROCESSORS.map((name) => cluster.url(name));
		noteRunning(folder, { pid: process.pid, processors, turn: 0 });
		connectPage(page, told);
		say(summary(running, { ...ready, settings: told }));
	}
	const ending = await Promise.race([ended, requested]);
	if (ending !== undefined) {
		console.error(`\nA part of the cluster stopped unexpectedly: ${ending}`);
		return 1;
	}
	say('\nStopping the cluster (Ctrl-C again: at once) …');
	return 0;
}

function summary(
	{ cluster, addresses: { n8n, hub, store }, frontUrl }: Running,
	{ settings, isOwnerAccepted }: Provisioned,
): string {
	const { folder, ports } = cluster;
	const urls = (names: typeof PROCESSORS | typeof WORKERS) =>
		names.map((name) => cluster.url(name)).join('  ');
	const caddy =
		frontUrl === cluster.url('processor1')
			? '(none: Caddy is not installed)'
			: `${frontUrl}  (Caddy)`;
	return `
  Public URL    ${caddy}
  Live page     ${hub}
    password    ${settings.replayPassword}  (to replay events)
${editorLines(settings, `${n8n}  (main)`, isOwnerAccepted)}
  Processors    ${urls(PROCESSORS)}
  Workers       ${urls(WORKERS)}
  Redis         redis://${LOOPBACK}:${ports.redis}
  PostgreSQL    postgresql://n8n@${LOOPBACK}:${ports.postgres}/n8n
  Kometia store ${store}
  Workflows
${workflowLines(settings, n8n)}
  Webhook URLs
${webhookLines(settings)}

${SEND_COMMANDS}
  Each command sends to the next processor in turn.

  Data and logs are in ${folder}, secrets in ${settingsFile(folder)}. Ctrl-C stops everything.
`;
}
