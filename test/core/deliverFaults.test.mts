import { Agent } from 'undici';
import { afterEach, describe, expect, test } from 'vitest';
import { deliverAll } from '../../lib/deliver/run.ts';
import type { DeliveryResult } from '../../lib/deliver/delivery.ts';
import { healthChanges } from '../../lib/deliver/health.ts';
import { deliverOptions, deliveryTo, subscriberAt, testAgent } from '../support/deliveries.mts';
import { SubscriberServer } from '../support/subscriberServer.mts';

const SUBSCRIBERS = 1_000;

/** What of a hundred subscribers does what; the others take their delivery. */
const FAULTS = [
	...Array<string>(10).fill('hang'),
	...Array<string>(4).fill('status/500'),
	...Array<string>(3).fill('status/503'),
	...Array<string>(3).fill('reset'),
	...Array<string>(5).fill('status/410'),
	...Array<string>(5).fill('large/10'),
];

const EXPECTED: Readonly<Record<string, string>> = {
	hang: 'retryLater timeout',
	'status/500': 'retryLater status_500',
	'status/503': 'retryLater status_503',
	reset: 'retryLater connection_lost',
	'status/410': 'gaveUp status_410',
	'large/10': 'delivered',
	ok: 'delivered',
};

/** A run that read all of the fifty large answers would hold up to 500 MB. */
const MOST_GROWTH_BYTES = 150 * 1024 * 1024;

/** As n8n's defaults, but that a hanging one is given up earlier, for the test's sake. */
const OPTIONS = { limitMs: 4_000, budgetMs: 2_000, random: Math.random };

let servers: SubscriberServer[] = [];
let agent: Agent;

afterEach(async () => {
	await agent.destroy();
	await Promise.all(servers.map(async (server) => await server.close()));
	servers = [];
});

/** The behaviours of all subscribers: mixed, or the faults first as the worst order there is. */
const LAYOUTS = {
	mixed: (index: number) => FAULTS[(index * 37) % 100] ?? 'ok',
	'the faults first': (index: number) => FAULTS[Math.floor((index * 100) / SUBSCRIBERS)] ?? 'ok',
};

describe.each([
	['one host', 1],
	['a hundred hosts', 100],
])(
	'1,000 subscribers at %s: 10 % hang, 10 % fail, 5 % are gone, 5 % answer 10 MB',
	(_where, hosts) => {
		test.each(Object.entries(LAYOUTS))('%s', async (_layout, behaviourOf) => {
			servers = await Promise.all(
				Array.from({ length: hosts }, async () => await SubscriberServer.start()),
			);
			agent = testAgent();
			const behaviours = Array.from({ length: SUBSCRIBERS }, (_, index) => behaviourOf(index));
			const deliveries = behaviours.map((behaviour, index) => {
				const url = `${servers[index % hosts]?.origin}/${behaviour}/${index}`;
				return deliveryTo(subscriberAt(url));
			});

			const memory = watchMemory();
			const results = await deliverAll(deliveries, deliverOptions(agent, OPTIONS));
			expect(memory.growth()).toBeLessThan(MOST_GROWTH_BYTES);

			const arrived = new Map<string, number>();
			for (const { received } of servers) {
				for (const { path } of received) arrived.set(path, (arrived.get(path) ?? 0) + 1);
			}
			for (const [index, behaviour] of behaviours.entries()) {
				const result = results[index];
				const times = arrived.get(`/${behaviour}/${index}`) ?? 0;
				if (EXPECTED[behaviour] === 'delivered') {
					expect({ index, behaviour, ...told(result), times }).toEqual({
						index,
						behaviour,
						outcome: 'delivered',
						times: 1,
					});
				} else {
					// Never silence: each has its outcome, its reason, and when it comes again.
					expect([EXPECTED[behaviour], 'retryLater circuit_open']).toContain(
						`${result?.outcome} ${result?.reason}`,
					);
					expect(result?.nextAttemptAt === undefined).toBe(result?.outcome === 'gaveUp');
				}
			}

			const changes = healthChanges(deliveries, results, new Date());
			expect(changes.filter(({ disable }) => disable === 'gone')).toHaveLength(
				results.filter(({ disables }) => disables === 'gone').length,
			);
		});
	},
);

function told(result: DeliveryResult | undefined) {
	return {
		outcome: result?.outcome,
		...(result?.reason === undefined ? {} : { reason: result.reason }),
	};
}

/** The highest that the heap and the buffers rise above where they are now. */
function watchMemory(): { growth: () => number } {
	const used = () => {
		const { heapUsed, external } = process.memoryUsage();
		return heapUsed + external;
	};
	const before = used();
	let highest = before;
	const timer = setInterval(() => (highest = Math.max(highest, used())), 20);
	return {
		growth: () => {
			clearInterval(timer);
			return Math.max(highest, used()) - before;
		},
	};
}
