import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test, vi, type TestContext } from 'vitest';
import type { Scene } from '../conformance/provider.mts';
import { PROVIDERS } from '../conformance/providers.mts';
import { CoreTrigger } from '../conformance/coreTrigger.mts';
import { deduplicateIn } from '../support/n8nCore.mts';
import { memoryDeduplicator } from '../support/n8nWebhook.mts';

/** Minutes that are long enough for what is refused in them on a slow machine. */
const INTERVAL = 1 / 6;

beforeAll(async () => await deduplicateIn(memoryDeduplicator()));

/** What waits for an interval to end: all providers wait at the same time. */
describe.concurrent.each(PROVIDERS)('$name: refused deliveries, in n8n-core', ({ open }) => {
	const opened = async ({ onTestFinished }: TestContext) => {
		const scene = await open();
		onTestFinished(async () => await scene.close?.());
		const everything = scene.selectingAll ?? ['*'];
		const refused = 'webhook.refused';
		const trigger = await CoreTrigger.start(scene, {
			events:
				typeof everything === 'string' ? `${everything}, ${refused}` : [...everything, refused],
			parameters: {
				options: { ...(scene.parameters.options as object), refusedInterval: INTERVAL },
			},
		});
		onTestFinished(async () => await trigger.close());
		const listen = async () => {
			const { emitted, close } = await trigger.listen();
			onTestFinished(close);
			return emitted;
		};
		return { scene, trigger, listen };
	};

	test('of the rest of the interval are told at its end, although nobody sends any more', async (context) => {
		const { scene, trigger, listen } = await opened(context);
		const emitted = await listen();
		const error = await refuse(scene, trigger, 3);
		expect(trigger.events()).toMatchObject([{ data: { refused: 1 } }]);
		expect(emitted).toEqual([]);
		await vi.waitFor(() => expect(emitted).toHaveLength(1), { timeout: 60_000 });
		expect(emitted).toMatchObject([
			{ type: 'webhook.refused', data: { refused: 2, reasons: [{ reason: error, count: 2 }] } },
		]);
	});

	test('are told although what runs all the time begins after them', async (context) => {
		const { scene, trigger, listen } = await opened(context);
		await refuse(scene, trigger, 2);
		const emitted = await listen();
		await vi.waitFor(() => expect(emitted).toHaveLength(1), { timeout: 60_000 });
	});
});

/** @returns why all of them are refused */
async function refuse(scene: Scene, trigger: CoreTrigger, times: number): Promise<string> {
	for (let n = 0; n < times; n += 1) {
		const { sent, status, error } = await forgery(scene);
		expect(await trigger.send(sent)).toMatchObject({ status, json: { error } });
	}
	return (await forgery(scene)).error;
}

async function forgery(scene: Scene) {
	const id = randomUUID().replaceAll('-', '').slice(0, 20).toUpperCase();
	return (await scene.forgeries(id)).wrongSecret;
}
