import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { everyParameterByExpression } from '../conformance/everyParameter.mts';
import { PROVIDERS } from '../conformance/providers.mts';
import { RealTrigger } from '../conformance/realTrigger.mts';
import { DEFAULT_ISOLATES, startTestN8n, type TestN8n } from '../support/n8n.mts';

describe.each([
	['in an isolate (the default)', DEFAULT_ISOLATES],
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
			const parameters = everyParameterByExpression(scene);
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

	test.each(PROVIDERS)('$name: an option that fails once the execution runs', async ({ open }) => {
		const scene = await open();
		try {
			// Before the execution, n8n knows no number of it.
			const deduplicationWindow =
				"={{ Number($execution.id) ? $('Gone').first().json.hours : 24 }}";
			const options = { ...(scene.parameters.options as object), deduplicationWindow };
			const live = await RealTrigger.publish(n8n, scene, { parameters: { options } });
			const sent = await scene.genuine(randomUUID().replaceAll('-', '').slice(0, 20).toUpperCase());
			expect((await live.send(sent)).status).toBe(scene.acceptedStatus ?? 200);
			expect(await live.events()).toMatchObject([{ type: scene.type }]);
			expect(n8n.log()).toContain('The options could not be read, so the defaults apply');
		} finally {
			await scene.close?.();
		}
	});
});
