import { randomUUID } from 'node:crypto';
import type { INodeParameters, INodeProperties, NodeParameterValueType } from 'n8n-workflow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Scene } from '../conformance/provider.mts';
import { PROVIDERS } from '../conformance/providers.mts';
import { RealTrigger } from '../conformance/realTrigger.mts';
import { startTestN8n, type TestN8n } from '../support/n8n.mts';

/** An expression that needs n8n's data, and gives the value. */
function expression(value: unknown): string {
	return `={{ $workflow.id ? ${JSON.stringify(value)} : null }}`;
}

/** The same value, said by an expression wherever n8n's editor lets one be written. */
function byExpression(property: INodeProperties, value: unknown): NodeParameterValueType {
	if (property.noDataExpression === true) return value as NodeParameterValueType;
	if (property.type === 'resourceLocator') {
		const { value: text } = value as { value: unknown };
		return { __rl: true, mode: 'id', value: expression(text) };
	}
	if (property.type === 'collection') {
		const given = value as Record<string, unknown>;
		const options = (property.options ?? []).filter((one) => 'type' in one);
		return Object.fromEntries(
			options.map((one) => [one.name, byExpression(one, given[one.name] ?? one.default)]),
		);
	}
	return expression(value);
}

/** Every parameter of a scene's trigger, as its description lists them. */
function everyParameter(scene: Scene): INodeParameters {
	const given: Record<string, unknown> = {
		events: scene.selectingAll ?? ['*'],
		...scene.parameters,
	};
	const properties = new scene.node().description.properties.filter(
		({ type }) => type !== 'notice',
	);
	return Object.fromEntries(
		properties.map((one) => [one.name, byExpression(one, given[one.name] ?? one.default)]),
	);
}

describe.each([
	['in an isolate (the default)', {}],
	['in the process', { N8N_EXPRESSION_ENGINE: 'legacy' }],
])('expressions that n8n evaluates %s', (_name, env) => {
	let n8n: TestN8n;

	beforeAll(async () => {
		n8n = await startTestN8n({ env });
	});
	afterAll(async () => await n8n?.close());

	test.each(PROVIDERS)('$name: an expression in every parameter', async ({ open }) => {
		const scene = await open();
		try {
			const parameters = everyParameter(scene);
			expect(JSON.stringify(parameters).match(/={{/g)?.length).toBeGreaterThan(4);
			const live = await RealTrigger.publish(n8n, scene, { parameters });
			const sent = await scene.genuine(randomUUID().replaceAll('-', '').slice(0, 20).toUpperCase());
			expect((await live.send(sent)).status).toBe(scene.acceptedStatus ?? 200);
			await live.send(sent);
			await live.idle();
			expect(await live.executions()).toHaveLength(1);
			expect(await live.events()).toMatchObject([
				{ type: scene.type, verification: scene.verification },
			]);
		} finally {
			await scene.close?.();
		}
	});
});
