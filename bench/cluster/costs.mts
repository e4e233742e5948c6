import { waitUntilIdle } from '../../scripts/cluster/n8nCluster.mts';
import type { TestCluster } from '../../test/support/testCluster.mts';
import { median } from '../load.mts';
import { prepareCells, prepareTrigger } from '../receiveCells.mts';
import { sendAll } from './receiving.mts';
import { FILL, statsOf, type AskRedis } from './redisStats.mts';
import { Usage } from './usage.mts';

/** Events of one measurement. */
const EVENTS = 200;
const MANY_KEYS = 1_000_000;
const KEYS_AT_ONCE = 50_000;

/** Prints commands and time in Redis for an accepted event, beyond what n8n's own Webhook node takes. */
export async function measureCosts(cluster: TestCluster): Promise<void> {
	const cells = await prepareCells(cluster.client);
	const plain = cells.find(({ key }) => key === 'a');
	if (plain === undefined) throw new Error("There is no cell with n8n's Webhook node");
	const capacity = { deduplicationCapacity: 2 * MANY_KEYS };
	const ours = await prepareTrigger(cluster.client, 'Cost', { options: capacity });
	const measure = async (what: string, { url, next }: Pick<typeof ours, 'url' | 'next'>) => {
		const path = new URL(url).pathname.replace('/webhook/', '');
		await cluster.cluster.waitForWebhook(path);
		const [at = ''] = cluster.urlsOf(path);
		await sendAll(at, [next()]);
		await waitUntilIdle(cluster.client);
		const ask: AskRedis = async (...command) => await cluster.redis(...command);
		const before = await statsOf(ask);
		const usage = new Usage(cluster.cluster);
		await sendAll(at, Array.from({ length: EVENTS }, next));
		await waitUntilIdle(cluster.client);
		usage.printEach(what, EVENTS);
		return (await statsOf(ask)).since(before);
	};
	const theirs = await measure("n8n's Webhook node", plain);
	const empty = await measure('an accepted event', ours);
	const more = (cost: typeof empty) => ({
		sent: (cost.sent - theirs.sent) / EVENTS,
		ms: (cost.usec - theirs.usec) / EVENTS / 1_000,
	});
	const told = ({ sent, ms }: ReturnType<typeof more>) =>
		`${sent.toFixed(1)} commands (aim 8) and ${ms.toFixed(3)} ms of Redis (aim 1.5)`;
	console.log(`  n8n's Webhook node: ${(theirs.sent / EVENTS).toFixed(1)} commands an event`);
	console.log(`  an accepted event, beyond that: ${told(more(empty))}`);

	const [known, order] = await keysOf(cluster);
	const inUse = async () =>
		Number(await cluster.redis('MEMORY', 'USAGE', known, 'SAMPLES', '0')) +
		Number(await cluster.redis('MEMORY', 'USAGE', order, 'SAMPLES', '0'));
	for (let from = 0; from < MANY_KEYS; from += KEYS_AT_ONCE) {
		await cluster.redis('EVAL', FILL, '2', known, order, String(from), String(KEYS_AT_ONCE));
	}
	const held = Number(await cluster.redis('HLEN', known));
	console.log(
		`  a remembered key: ${((await inUse()) / held).toFixed(0)} bytes (aim 150), with ${held} keys`,
	);
	const full = await measure(`with ${held} keys`, ours);
	console.log(`  an accepted event, with ${held} keys remembered: ${told(more(full))}`);
	const again = await measure('once more', ours);
	const ratio = median([more(full).ms, more(again).ms]) / more(empty).ms;
	console.log(`  that is ${ratio.toFixed(2)} times the time with none`);
}

/** Of the trigger that remembers most. */
async function keysOf(cluster: TestCluster): Promise<[string, string]> {
	const found = (await cluster.redis('KEYS', '*realtime-webhooks:*:known')) as string[];
	const sizes = await Promise.all(
		found.map(async (key) => Number(await cluster.redis('HLEN', key))),
	);
	const largest = found[sizes.indexOf(Math.max(...sizes))];
	if (largest === undefined) throw new Error('No trigger remembers anything in Redis');
	return [largest, largest.replace(/known$/, 'order')];
}
