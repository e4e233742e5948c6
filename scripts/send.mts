// npm run send -- "hola": posts a signed event to the n8n of npm start, or of npm run cluster while one
// runs, as its provider would.
import { randomBytes } from 'node:crypto';
import { atNextProcessor, clusterFolder, runningCluster } from './cluster/running.mts';
import { readArguments, USAGE } from './send/arguments.mts';
import type { SendRequest } from './send/arguments.mts';
import { DELIVERIES } from './send/deliveries.mts';
import { answerLine, explain } from './send/explain.mts';
import { firstSentAt } from './send/firstSent.mts';
import { postJson } from './send/postJson.mts';
import { placeOrder } from './send/storeOrder.mts';
import { dataFolder, readSettings, settingsFile } from './start/settings.mts';
import type { Settings } from './start/settings.mts';

try {
	process.exitCode = await send();
} catch (error) {
	console.error((error as Error).message);
	process.exitCode = 1;
}

async function send(): Promise<number> {
	const asked = readArguments();
	if (asked === 'help') {
		console.log(USAGE);
		return 0;
	}
	const cluster = runningCluster(clusterFolder());
	const folder = cluster === undefined ? dataFolder() : clusterFolder();
	const settings = readSettings(folder);
	const url = settings?.webhookUrls[asked.as];
	if (settings === undefined || url === undefined) {
		throw new Error(
			`There is no webhook URL for ${asked.as} (${settingsFile(folder)} has none).\n` +
				'Run "npm start" (or "npm run cluster") in another terminal and wait for its summary, then run this again.',
		);
	}
	const webhookUrl = cluster === undefined ? url : atNextProcessor(folder, cluster, url);
	const request = asked.isRepeatable ? { ...asked, at: firstSentAt(folder, asked.id) } : asked;
	const { status, text } = await deliver(request, settings, webhookUrl);
	if (cluster !== undefined) console.log(`${new URL(webhookUrl).host} of the cluster answered:`);
	console.log(answerLine({ status, text }));
	const { words, isExpected } = explain({ status, text }, request, settingsFile(folder));
	console.log(words);
	return isExpected ? 0 : 1;
}

async function deliver(
	request: SendRequest,
	settings: Settings,
	webhookUrl: string,
): Promise<{ status: number; text: string }> {
	const { as, badSignature } = request;
	if (as === 'kometia') {
		const store = { url: settings.storeUrl ?? '', key: settings.kometiaKey, webhookUrl };
		if (!badSignature) return await placeOrder(request, store);
		// Kometia signs nothing: a forgery is an event that the store does not know.
		const forged = { id: `forged_${randomBytes(8).toString('hex')}`, type: 'order.created' };
		return await postJson(webhookUrl, JSON.stringify(forged), {});
	}
	const secret = badSignature ? randomBytes(32).toString('hex') : settings.webhookSecret;
	const { body, headers } = DELIVERIES[as](request, secret);
	return await postJson(webhookUrl, body, headers);
}
