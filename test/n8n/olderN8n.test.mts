import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PACKAGE_NAME } from '../../scripts/n8n/packageLink.mts';
import { cacheFolder, ownRuntime, versionIn } from '../../scripts/n8n/runtimeFolder.mts';
import { startTestN8n, type TestN8n, type WorkflowNode } from '../support/n8n.mts';
import { publicationFailure, triggerDraft } from '../support/triggerWorkflow.mts';
import { signers, yapeNotification } from '../support/yape.mts';

const SECRET = 'a secret of this test';

/** The n8n under test; `npm run compat` names older ones. */
const [major = 0, minor = 0] = (versionIn(ownRuntime()?.folder ?? cacheFolder()) ?? '')
	.split('.')
	.map(Number);
const isOlderThan = (since: number) => major < 2 || (major === 2 && minor < since);
const running = `this is n8n ${major}.${minor}. Update n8n.`;

/** Each either works or says which n8n it needs: nothing fails at the first event in words of n8n. */
describe('what not every n8n has', () => {
	let n8n: TestN8n;

	beforeAll(async () => {
		n8n = await startTestN8n();
	});
	afterAll(async () => await n8n?.close());

	async function draft(path: string, options: Record<string, string>, following?: WorkflowNode[]) {
		const type = 'realtimeWebhooksYapeNotifierApi';
		const data = {
			baseUrl: 'https://yape.example.com',
			signatureScheme: 'hmac',
			webhookSecret: SECRET,
		};
		const { id } = await n8n.client.createCredential(path, type, data);
		return triggerDraft({
			type: 'yapeTrigger',
			name: 'Yape Trigger',
			path,
			parameters: { events: ['yape.payment.received'], options },
			credentials: { [type]: { id, name: path } },
			...(following === undefined ? {} : { following }),
		});
	}

	test('an answer when the workflow has ended', async () => {
		const path = randomUUID();
		const workflow = await draft(path, { answer: 'whenEnded' });
		if (isOlderThan(33)) {
			const words = await publicationFailure(n8n, workflow);
			expect(words).toContain('needs n8n 2.33 or newer');
			expect(words).toContain(running);
		} else await n8n.createPublished(workflow, path);
	});

	test('a list of executions by time', async () => {
		const path = randomUUID();
		const type = 'realtimeWebhooksN8nEventStoreApi';
		const { id } = await n8n.client.createCredential(path, type, {
			baseUrl: n8n.url,
			apiKey: n8n.client.apiKey,
		});
		const history: WorkflowNode = {
			id: randomUUID(),
			name: 'Event History',
			type: `${PACKAGE_NAME}.eventHistory`,
			typeVersion: 1,
			position: [220, 0],
			parameters: { operation: 'getMany' },
			credentials: { [type]: { id, name: path } },
		};
		const workflow = await n8n.createPublished(await draft(path, {}, [history]), path);
		const body = JSON.stringify(yapeNotification());
		const headers = { 'content-type': 'application/json', ...signers.hmac(body, SECRET) };
		const answer = await fetch(n8n.client.webhookUrl(path), { method: 'POST', headers, body });
		expect(answer.status).toBe(201);
		const [execution] = await n8n.client.waitForExecutions(workflow.id);
		const needs = `'Event History' needs n8n 2.10 or newer, and ${running}`;
		if (isOlderThan(10)) expect(JSON.stringify(execution)).toContain(needs);
		else expect(execution?.status).toBe('success');
	});
});
