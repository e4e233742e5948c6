import { waitUntilIdle } from '../../scripts/cluster/n8nCluster.mts';
import type { TestCluster } from '../../test/support/testCluster.mts';
import { spread, tellFigure } from '../figures.mts';
import { prepareCells, prepareTrigger } from '../receiveCells.mts';
import { sendAll } from './receiving.mts';
import { FILL, statsOf, type AskRedis } from './redisStats.mts';
import { Usage } from './usage.mts';

/** Events of one measurement. */
const EVENTS = 200;
const MANY_KEYS = 1_000_000;
const KEYS_AT_ONCE = 50_000;

const PROCESSOR_TIME = 'Processor time for one event';

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
		for (const [part, value] of usage.each(EVENTS)) {
			tellFigure({ group: PROCESSOR_TIME, name: `${what}: ${part}`, value, unit: 'ms' });
		}
		return (await statsOf(ask)).since(before);
	};
	const theirs = await measure("n8n's Webhook node", plain);
	const empty = await measure('an accepted event', ours);
	const more = (cost: typeof empty) => ({
		sent: (cost.sent - theirs.sent) / EVENTS,
		ms: (cost.usec - theirs.usec) / EVENTS / 1_000,
	});
	const group = "What one accepted event costs Redis, beyond n8n's Webhook node";
	const tell = (when: string, { sent, ms }: ReturnType<typeof more>) => {
		tellFigure({ group, name: when, value: sent, unit: 'commands', aim: { atMost: 8 } });
		tellFigure({ group, name: when, value: ms, unit: 'ms of Redis', aim: { atMost: 1.5 } });
	};
	const name = "n8n's Webhook node itself";
	tellFigure({ group, name, value: theirs.sent / EVENTS, unit: 'commands' });
	tell('an accepted event', more(empty));

	const [known, order] = await keysOf(cluster);
	const inUse = async () =>
		Number(await cluster.redis('MEMORY', 'USAGE', known, 'SAMPLES', '0')) +
		Number(await cluster.redis('MEMORY', 'USAGE', order, 'SAMPLES', '0'));
	for (let from = 0; from < MANY_KEYS; from += KEYS_AT_ONCE) {
		await cluster.redis('EVAL', FILL, '2', known, order, String(from), String(KEYS_AT_ONCE));
	}
	const held = Number(await cluster.redis('HLEN', known));
	const each = { value: (await inUse()) / held, unit: 'bytes', aim: { atMost: 150 } };
	tellFigure({ group, name: `a remembered key, of ${held}`, ...each });
	const full = await measure(`with ${held} keys`, ours);
	tell(`an accepted event, with ${held} keys remembered`, more(full));
	const again = await measure('once more', ours);
	const times = [full, again].map((one) => more(one).ms / more(empty).ms);
	tellFigure({ group, name: 'time in Redis with that many keys / with few', ...spread(times) });
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
