import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publishBaileys } from '../support/baileysWorkflow.mts';
import { findChromium, launchChromium } from '../support/chromium.mts';
import { deliver, receivedMessage } from '../support/inboxHub.mts';
import { openLivePage, type LivePage } from '../support/livePage.mts';
import { outputOf, startTestN8n, type TestN8n, type WorkflowNode } from '../support/n8n.mts';

const TOKEN = 'token-of-the-hub';

/** The node behind the trigger. */
function broadcast(
	credential: { id: string; name: string },
	extra: Partial<WorkflowNode> = {},
): WorkflowNode {
	return {
		id: 'broadcast',
		name: 'Realtime Broadcast',
		type: 'n8n-nodes-realtime-webhooks.realtimeBroadcast',
		typeVersion: 1,
		position: [220, 0],
		credentials: { realtimeWebhooksSocketIoApi: credential },
		...extra,
		parameters: {
			transport: 'socketIo',
			namespace: '/',
			event: 'event',
			payload: 'item',
			waitForAcknowledgement: true,
			...extra.parameters,
		},
	};
}

describe.skipIf(findChromium() === undefined)(
	'from a signed message through a real n8n to the page in a browser (needs Chromium: apt-get install chromium)',
	() => {
		let n8n: TestN8n;
		let browser: Browser;
		let live: LivePage;

		beforeAll(async () => {
			n8n = await startTestN8n();
			browser = await launchChromium();
			live = await openLivePage(browser, { token: TOKEN });
		});
		afterAll(async () => {
			await live?.close();
			await browser?.close();
			await n8n?.close();
		});

		async function hubCredential(name: string, token: string) {
			const { id } = await n8n.client.createCredential(name, 'realtimeWebhooksSocketIoApi', {
				url: live.hub.url,
				path: '/socket.io',
				auth: JSON.stringify({ token }),
				headers: '',
			});
			return { id, name };
		}

		test('the message appears once, with its sender, text and verification', async () => {
			const credential = await hubCredential('Hub', TOKEN);
			const workflow = await publishBaileys(n8n, { following: [broadcast(credential)] });
			const message = receivedMessage({
				whatsappMessageId: 'WHOLE-WAY',
				content: '¿Está lista mi orden? 🎉',
				pushName: 'Lucía',
			});
			expect((await deliver(workflow.url, message)).json).toEqual({
				received: true,
				id: 'WHOLE-WAY',
			});
			expect((await deliver(workflow.url, message)).json).toEqual({
				duplicate: true,
				id: 'WHOLE-WAY',
			});
			await live.rows.first().waitFor();
			const text = await live.rows.first().innerText();
			expect(text).toContain('¿Está lista mi orden? 🎉');
			expect(text).toContain('Lucía');
			expect(text).toContain('whatsapp.message.received');
			expect(text).toContain('hmac-sha256');
			expect(await live.rows.count()).toBe(1);

			const [execution] = await n8n.client.waitForExecutions(workflow.workflow.id);
			expect(execution?.status).toBe('success');
			expect(execution && outputOf(execution, 'Realtime Broadcast')[0]?.json).toMatchObject({
				id: 'WHOLE-WAY',
				broadcast: { transport: 'socketIo', acknowledged: true, acknowledgement: { ok: true } },
			});
		});

		test('a hub that refuses the token is an error in its own words, without the token', async () => {
			const credential = await hubCredential('Wrong hub', 'wrong-token-4711');
			const workflow = await publishBaileys(n8n, { following: [broadcast(credential)] });
			await deliver(workflow.url, receivedMessage());
			const [execution] = await n8n.client.waitForExecutions(workflow.workflow.id);
			expect(execution?.status).toBe('error');
			expect(execution?.data?.resultData.error?.message).toMatch(/token/i);
			expect(JSON.stringify(execution)).not.toContain('wrong-token-4711');
			expect(n8n.log()).not.toContain('wrong-token-4711');
		});
	},
);
