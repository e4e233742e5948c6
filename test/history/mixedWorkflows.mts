import { randomUUID } from 'node:crypto';
import { until } from '../../scripts/support/until.mts';
import { publishBaileys, type LiveWorkflow } from '../support/baileysWorkflow.mts';
import { deliver, receivedMessage } from '../support/inboxHub.mts';
import type { TestN8n, WorkflowNode } from '../support/n8n.mts';
import { inARow, nodeOf, publishReplayer } from '../support/replayWorkflow.mts';
import { triggerDraft } from '../support/triggerWorkflow.mts';
import { signers, yapeNotification } from '../support/yape.mts';

const PATIENCE_MS = 200_000;

const YAPE_SECRET = 'a-secret-that-the-phone-knows';

/** Workflows of different kinds that have run, each in another way. */
export interface MixedWorkflows {
	/** Baileys Trigger: success. */
	readonly plain: LiveWorkflow;
	/** It failed, was retried, and was mended since. */
	readonly failing: LiveWorkflow;
	/** It waits for two hours. */
	readonly waiting: LiveWorkflow;
	/** It calls a sub-workflow. */
	readonly calling: LiveWorkflow;
	/** It was cancelled, or n8n was killed while it ran. */
	readonly slow: LiveWorkflow;
	readonly yape: LiveWorkflow;
	/** n8n's own Webhook node. */
	readonly hook: LiveWorkflow;
	/** Schedule Trigger. */
	readonly clockId: string;
	readonly subId: string;
}

/**
 * Has a real n8n make some executions of each kind and outcome, among them replays and retries.
 * n8n is killed and started again for it.
 */
export async function runMixedWorkflows(n8n: TestN8n): Promise<MixedWorkflows> {
	const workflows = await publishMixed(n8n);
	const { plain, failing, waiting, calling, slow, yape, hook } = workflows;
	const ended = async ({ workflow }: LiveWorkflow, count: number) =>
		await n8n.client.waitForExecutions(workflow.id, count);
	for (let number = 0; number < 6; number += 1) {
		await send(plain);
		await send(failing);
		await sendYape(yape, number);
		await fetch(hook.url, {
			method: 'POST',
			headers: { 'content-type': 'application/json', 'x-request-id': randomUUID() },
			body: JSON.stringify({ order: number }),
		});
	}
	for (let number = 0; number < 3; number += 1) {
		await send(waiting);
		await send(calling);
	}
	for (const live of [plain, failing, yape, hook]) await ended(live, 6);
	for (const live of [waiting, calling]) await ended(live, 3);
	await retry(n8n, failing);
	const replayer = await publishReplayer(n8n, {
		parameters: {
			target: 'originalWorkflow',
			filters: { workflows: [plain.workflow.id] },
			options: { maximum: 3 },
		},
	});
	await replayer.ask();
	await send(slow);
	const [cancelled] = await running(n8n, slow, 1);
	await n8n.client.api('POST', `/executions/${cancelled?.id ?? ''}/stop`);
	await ended(slow, 1);
	for (let number = 0; number < 3; number += 1) await send(slow);
	await running(n8n, slow, 3);
	await n8n.kill9();
	await n8n.startAgain();
	await n8n.client.waitForWebhook(slow.path);
	await ended(slow, 4);
	return workflows;
}

async function publishMixed(n8n: TestN8n): Promise<MixedWorkflows> {
	const called = nodeOf('When called', 'n8n-nodes-base.executeWorkflowTrigger', 1.1, {
		inputSource: 'passthrough',
	});
	const sub = await n8n.createPublished({ name: 'Sub', nodes: [called], connections: {} });
	const call = nodeOf('Call', 'n8n-nodes-base.executeWorkflow', 1.2, {
		workflowId: { __rl: true, mode: 'id', value: sub.id },
	});
	const every = { rule: { interval: [{ field: 'seconds', secondsInterval: 2 }] } };
	const schedule = [
		nodeOf('Clock', 'n8n-nodes-base.scheduleTrigger', 1.2, every),
		nodeOf('Nothing', 'n8n-nodes-base.noOp', 1),
	];
	const draft = { name: 'Clock', nodes: schedule, connections: inARow(schedule) };
	const clock = await n8n.createPublished(draft);
	const mixed = {
		plain: await publishBaileys(n8n),
		failing: await publishBaileys(n8n, { following: [fail()] }),
		waiting: await publishBaileys(n8n, { following: wait(2, 'hours') }),
		calling: await publishBaileys(n8n, { following: [call] }),
		slow: await publishBaileys(n8n, { following: wait(50, 'seconds') }),
		yape: await publishYape(n8n),
		hook: await publishHook(n8n),
		clockId: clock.id,
		subId: sub.id,
	};
	await n8n.client.waitForExecutions(clock.id, 2);
	await n8n.client.unpublish(clock.id);
	return mixed;
}

async function publishYape(n8n: TestN8n): Promise<LiveWorkflow> {
	const path = randomUUID();
	const { id } = await n8n.client.createCredential('Yape', 'realtimeWebhooksYapeNotifierApi', {
		baseUrl: 'http://127.0.0.1:9',
		token: '',
		signatureScheme: 'hmac',
		webhookSecret: YAPE_SECRET,
		previousWebhookSecret: '',
	});
	const draft = triggerDraft({
		type: 'yapeTrigger',
		name: 'Yape Trigger',
		path,
		parameters: { options: {} },
		credentials: { realtimeWebhooksYapeNotifierApi: { id, name: 'Yape' } },
	});
	const workflow = await n8n.createPublished(draft, path);
	return { workflow, path, url: n8n.client.webhookUrl(path), credentialId: id };
}

async function publishHook(n8n: TestN8n): Promise<LiveWorkflow> {
	const path = randomUUID();
	const parameters = { httpMethod: 'POST', path, responseMode: 'onReceived' };
	const hook = nodeOf('Webhook', 'n8n-nodes-base.webhook', 2.1, parameters, { webhookId: path });
	const workflow = await n8n.createPublished(
		{ name: 'Hook', nodes: [hook], connections: {} },
		path,
	);
	return { workflow, path, url: n8n.client.webhookUrl(path), credentialId: '' };
}

/** One retry that fails again; then the workflow is mended, and one that succeeds. */
async function retry(n8n: TestN8n, { workflow }: LiveWorkflow): Promise<void> {
	const [first, second] = await n8n.client.listExecutions({ workflowId: workflow.id });
	const again = async (id: string | undefined, loadWorkflow: boolean) =>
		await n8n.client.api('POST', `/executions/${id ?? ''}/retry`, { loadWorkflow });
	await again(first?.id, false);
	const { name, nodes, connections, settings } = await n8n.client.getWorkflow(workflow.id);
	const mended = nodes.map((node) =>
		node.name === 'Fail' ? { ...node, type: 'n8n-nodes-base.noOp', parameters: {} } : node,
	);
	await n8n.client.updateWorkflow(workflow.id, { name, nodes: mended, connections, settings });
	await again(second?.id, true);
}

async function running(n8n: TestN8n, { workflow }: LiveWorkflow, count: number) {
	return await until(`${count} executions are running`, PATIENCE_MS, async () => {
		const found = await n8n.client.listExecutions({ workflowId: workflow.id, status: 'running' });
		return found.length < count ? undefined : found;
	});
}

/** Sends one event with an id and a text of its own. */
export async function send(live: LiveWorkflow, id = `TPL${randomUUID().slice(0, 13)}`) {
	const message = receivedMessage({ whatsappMessageId: id, content: `text of ${id}` });
	const { status } = await deliver(live.url, message);
	if (status !== 200) throw new Error(`The trigger answered ${status}`);
}

async function sendYape(live: LiveWorkflow, number: number): Promise<void> {
	const body = JSON.stringify(yapeNotification({ raw_json: { key: `payment-${number}` } }));
	const headers = { 'content-type': 'application/json', ...signers.hmac(body, YAPE_SECRET) };
	const answer = await fetch(live.url, { method: 'POST', headers, body });
	if (answer.status !== 201) throw new Error(`Yape Trigger answered ${answer.status}`);
}

function wait(amount: number, unit: string): WorkflowNode[] {
	return [
		nodeOf('Wait', 'n8n-nodes-base.wait', 1.1, { amount, unit }, { webhookId: randomUUID() }),
		nodeOf('After', 'n8n-nodes-base.noOp', 1),
	];
}

function fail(): WorkflowNode {
	return nodeOf('Fail', 'n8n-nodes-base.stopAndError', 1, { errorMessage: 'on purpose' });
}
