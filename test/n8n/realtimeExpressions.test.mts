import { randomUUID } from 'node:crypto';
import type { INodeProperties, INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { RealtimeTrigger } from '../../nodes/Realtime/RealtimeTrigger.node.ts';
import { REALTIME_SCENES } from '../realtime/scenes.mts';
import { yapeNotifier } from '../realtime/scenes/pusher.mts';
import type { RealtimeScene } from '../realtime/scene.mts';
import {
	DEFAULT_ISOLATES,
	startTestN8n,
	triggerOutput,
	type TestN8n,
	type WorkflowDraft,
	type WorkflowNode,
} from '../support/n8n.mts';
import { publicationFailure, triggerDraft } from '../support/triggerWorkflow.mts';

/** n8n publishes in the background, and a listener waits up to 30 s between attempts. */
const PATIENCE = { timeout: 120_000, interval: 250 };

type Parameters = WorkflowNode['parameters'];

const { properties } = new RealtimeTrigger().description;

/** Values in place of defaults that say nothing. */
const VALUES: Parameters = { events: 'order.*', eventIdField: 'number', reportGaps: true };

/**
 * Whether the editor shows a parameter.
 *
 * @param chosen what the parameters that others depend on are set to
 */
function isShown({ displayOptions }: INodeProperties, chosen: Parameters): boolean {
	return Object.entries(displayOptions?.show ?? {}).every(([name, values]) =>
		(values ?? []).some((value) => value === chosen[name.replace(/^\//, '')]),
	);
}

/** The value of a parameter as an expression, and a collection's parts each as one. */
function asExpression(property: INodeProperties, chosen: Parameters): unknown {
	const { name, type, noDataExpression, options = [] } = property;
	if (type === 'collection' || type === 'fixedCollection') {
		const parts = options.filter(
			(part: INodePropertyCollection | INodePropertyOptions | INodeProperties) => 'type' in part,
		);
		const shown = (parts as INodeProperties[]).filter((part) => isShown(part, chosen));
		expect(shown.length).toBeGreaterThan(0);
		return Object.fromEntries(shown.map((part) => [part.name, asExpression(part, chosen)]));
	}
	const value = chosen[name] ?? VALUES[name] ?? property.default;
	if (noDataExpression === true) return value;
	// A new parameter that must be filled in needs a value here or in its scene.
	if (property.required === true) expect([name, value]).not.toEqual([name, '']);
	return `={{ ${JSON.stringify(value)} }}`;
}

function inExpressions(chosen: Parameters): Parameters {
	const shown = properties.filter((property) => isShown(property, chosen));
	return Object.fromEntries(
		shown.map((property) => [property.name, asExpression(property, chosen)]),
	) as Parameters;
}

/** Every transport; of Pusher also the preset, whose parameter is the shop of the channel. */
const LINES = [...REALTIME_SCENES, yapeNotifier];

describe.each(['vm', 'legacy'])('expressions in Realtime Trigger, engine %s', (engine) => {
	let n8n: TestN8n;

	beforeAll(async () => {
		n8n = await startTestN8n({ env: { ...DEFAULT_ISOLATES, N8N_EXPRESSION_ENGINE: engine } });
	});
	afterAll(async () => await n8n?.close());

	async function draft(scene: RealtimeScene, parameters: Parameters): Promise<WorkflowDraft> {
		const credentials: Record<string, { id: string; name: string }> = {};
		for (const type of scene.triggerCredentials) {
			const name = `${type} ${randomUUID()}`;
			const { id } = await n8n.client.createCredential(name, type, scene.credentials[type] ?? {});
			credentials[type] = { id, name };
		}
		const path = randomUUID();
		return triggerDraft({
			type: 'realtimeTrigger',
			name: 'Trigger',
			path,
			parameters,
			credentials,
		});
	}

	describe.each(LINES)('$name', ({ transport, missing, open }) => {
		describe.skipIf(missing !== undefined)(missing ?? 'is installed', () => {
			let scene: RealtimeScene;

			beforeAll(async () => void (scene = await open()));
			afterAll(async () => await scene?.close());

			test('in every parameter: each event starts one execution, also after a reconnect', async () => {
				const parameters = inExpressions({ transport, ...scene.triggerParameters });
				expect(parameters.events).toBe('={{ "order.*" }}');
				const { id: workflowId } = await n8n.createPublished(await draft(scene, parameters));
				const started = async () =>
					(await n8n.client.listExecutions({ workflowId })).flatMap((execution) =>
						triggerOutput(execution).map(({ json }) => json),
					);
				const numbers = async () =>
					(await started())
						.filter(({ type }) => type === scene.type)
						.map(({ data }) => (data as { payload: { number: number } }).payload.number)
						.sort();
				await vi.waitUntil(async () => await scene.listening(), PATIENCE);
				await scene.send('ignored', { number: 0 });
				await scene.send('order.created', { number: 1 });
				await expect.poll(numbers, PATIENCE).toEqual([1]);
				await scene.restart();
				await expect.poll(() => n8n.log(), PATIENCE).toContain('connected again');
				await vi.waitUntil(async () => await scene.listening(), PATIENCE);
				await scene.send('order.created', { number: 2 });
				await expect.poll(numbers, PATIENCE).toContain(2);
				await scene.send('order.created', { number: 3 });
				await expect.poll(numbers, PATIENCE).toContain(3);
				await n8n.client.unpublish(workflowId);
				await expect.poll(async () => await scene.listening(), PATIENCE).toBe(false);
				// n8n leaves out what it holds to be running: an execution that one listing has shown may
				// be missing in the next.
				await expect.poll(numbers, PATIENCE).toEqual([1, 2, 3]);
				const gaps = (await started()).filter(({ type }) => type === 'realtime.gap');
				expect(gaps).toHaveLength(1);
				expect(n8n.log()).not.toMatch(/IsolateError|No bridge|not handed on/);
			});
		});
	});

	test('Events that gives nothing does not go live, and the parameter is named', async () => {
		const path = randomUUID();
		const parameters = { transport: 'pusher', channels: 'a', events: '={{ [].none.split() }}' };
		const { id } = await n8n.client.createCredential('Pusher', 'realtimeWebhooksPusherApi', {
			key: 'k',
			host: '127.0.0.1',
			port: 9,
			tls: false,
		});
		const credentials = { realtimeWebhooksPusherApi: { id, name: 'Pusher' } };
		const unnamed = { type: 'realtimeTrigger', name: 'Trigger', path, parameters, credentials };
		expect(await publicationFailure(n8n, triggerDraft(unnamed))).toContain("'Events' is empty");
	});
});
