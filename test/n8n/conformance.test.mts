import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
	CURRENT_SECRET,
	isNotApplicable,
	PREVIOUS_SECRET,
	type Scene,
	type Sent,
} from '../conformance/provider.mts';
import { PROVIDERS } from '../conformance/providers.mts';
import { RealTrigger } from '../conformance/realTrigger.mts';
import { startTestN8n, type TestN8n } from '../support/n8n.mts';

const PUBLIC_URL = 'https://n8n.example.com';

/** n8n publishes in the background. */
const PATIENCE = { timeout: 120_000, interval: 250 };

describe('every provider, in a real n8n', () => {
	let n8n: TestN8n;
	const open = new Map<string, { scene: Scene; live: RealTrigger }>();

	beforeAll(async () => {
		n8n = await startTestN8n({ env: { WEBHOOK_URL: PUBLIC_URL } });
		const scenes = new Map<string, Scene>();
		for (const provider of PROVIDERS) scenes.set(provider.name, await provider.open());
		await ofAll(scenes, async (name, scene) => {
			open.set(name, { scene, live: await RealTrigger.publish(n8n, scene) });
		});
	});
	afterAll(async () => {
		for (const { scene } of open.values()) await scene.close?.();
		await n8n?.close();
	});

	const newId = () => randomUUID().replaceAll('-', '').slice(0, 20).toUpperCase();

	const opened = (name: string) => {
		const found = open.get(name);
		if (found === undefined) throw new Error(`${name} was not opened`);
		return { ...found, accepted: found.scene.acceptedStatus ?? 200 };
	};

	describe.each(PROVIDERS)('$name', ({ name }) => {
		test('a genuine delivery is one execution, a repeat none, a forgery none', async () => {
			const { scene, live, accepted } = opened(name);
			const sent = await scene.genuine(newId());
			expect((await live.send(sent)).status).toBe(accepted);
			const repeat = await live.send(sent);
			if (scene.saysDuplicate) expect(scene.saysDuplicate(repeat)).toBe(true);
			else expect(repeat).toMatchObject({ status: 200, json: { duplicate: true } });
			const { wrongSecret } = await scene.forgeries(newId());
			expect(await live.send(wrongSecret.sent)).toMatchObject({
				status: wrongSecret.status,
				json: { error: wrongSecret.error },
			});
			const unknown = await scene.unknown(newId());
			expect((await live.send(unknown.sent)).status).toBe(accepted);
			const events = await live.events(2);
			expect(events.map(({ type }) => type).sort()).toEqual([scene.type, unknown.type].sort());
			for (const { specversion, verification } of events) {
				expect({ specversion, verification }).toEqual({
					specversion: '1.0',
					verification: scene.verification,
				});
			}
		});

		test('publishing registers, unpublishing restores', async () => {
			const { scene, accepted } = opened(name);
			const { registration } = scene;
			if (isNotApplicable(registration)) {
				expect(registration.notApplicable).toMatch(/\w+ \w+ \w+/);
				return;
			}
			const before = registration.snapshot();
			const trigger = await RealTrigger.publish(n8n, scene, {
				credential: { ...scene.credential.data, ...registration.credentialData },
				parameters: registration.parameters,
			});
			const ours = `${PUBLIC_URL}/webhook/${trigger.path}`;
			await expect.poll(() => registration.urls(), PATIENCE).toContain(ours);
			expect((await trigger.send(await scene.genuine(newId()))).status).toBe(accepted);
			const stored = JSON.stringify(await n8n.client.getWorkflow(trigger.workflowId));
			for (const secret of [CURRENT_SECRET, ...(scene.credential.secrets ?? [])]) {
				expect(stored).not.toContain(secret);
			}
			await trigger.unpublish();
			await expect.poll(() => registration.snapshot(), PATIENCE).toEqual(before);
		});

		test('no secret in an execution or in the log', async () => {
			const { scene, live } = opened(name);
			const { malformedHeaders: _, ...forged } = await scene.forgeries(newId());
			for (const one of Object.values(forged)) if ('sent' in one) await live.send(one.sent);
			const unreadable = await scene.unreadable();
			if (!isNotApplicable(unreadable)) await live.send(unreadable);
			const shown = JSON.stringify(await live.executions()) + n8n.log();
			expect(shown).toContain(scene.type);
			const secrets = [CURRENT_SECRET, PREVIOUS_SECRET, ...(scene.credential.secrets ?? [])];
			for (const secret of secrets) expect(shown).not.toContain(secret);
		});
	});

	test('without a secret none of them goes live, and each says what to fill in', async () => {
		await ofAll(open, async (_name, { scene }) => {
			const { data, blank, secretField } = scene.credential;
			const failure = await RealTrigger.publicationFailure(n8n, scene, { ...data, ...blank });
			expect(failure).toContain(`'${secretField}' is empty`);
		});
	});

	test('what passed before a crash passes none of them again', async () => {
		const sent = new Map<string, Sent>();
		await ofAll(open, async (name, { scene, live }) => {
			const delivery = await scene.genuine(newId());
			expect((await live.send(delivery)).status, name).toBe(scene.acceptedStatus ?? 200);
			sent.set(name, delivery);
			await live.idle();
		});
		await n8n.kill9();
		await n8n.startAgain();
		await ofAll(open, async (name, { scene, live }) => {
			await n8n.client.waitForWebhook(live.path);
			const ids = async () => (await live.events()).map(({ id }) => id);
			const before = await ids();
			await live.send(sent.get(name) ?? { body: '' });
			await live.send(await scene.genuine(newId()));
			await expect
				.poll(async () => (await ids()).length, { message: name, ...PATIENCE })
				.toBeGreaterThan(before.length);
			await live.idle();
			const after = await ids();
			expect(new Set(after).size, name).toBe(after.length);
			expect(after, name).toHaveLength(before.length + 1);
		});
	});
});

/** For all at the same time, so that none waits for what n8n does for another. */
async function ofAll<T>(
	all: ReadonlyMap<string, T>,
	act: (name: string, one: T) => Promise<void>,
): Promise<void> {
	await Promise.all([...all].map(async ([name, one]) => await act(name, one)));
}
