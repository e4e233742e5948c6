import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { N8nClient } from '../scripts/n8n/n8nClient.mts';
import type { WorkflowDraft, WorkflowNode } from '../scripts/n8n/n8nTypes.mts';
import { PACKAGE_NAME } from '../scripts/n8n/packageLink.mts';
import { receivedMessage, SECRET, sign } from '../test/support/inboxHub.mts';
import type { LoadRequest } from './load.mts';
import type { OtherBuild } from './otherBuild.mts';

/** One way to receive a delivery, under one kind of load. */
export interface Cell {
	readonly key: 'a' | 'b' | 'c' | 'd' | 'e' | 'f' | 's' | 'o';
	readonly name: string;
	readonly url: string;
	readonly workflowId: string;
	/** The only status that counts as an answer. */
	readonly status: number;
	/** Whether each answer is to have left one execution behind. */
	readonly startsExecutions: boolean;
	readonly next: () => LoadRequest;
}

type Parameters = WorkflowNode['parameters'];

/**
 * Publishes the workflows of all cells and says how each is to be loaded.
 *
 * @param other another build that n8n has loaded, for a cell of its own
 */
export async function prepareCells(client: N8nClient, other?: OtherBuild): Promise<Cell[]> {
	const crypto = await client
		.createCredential('Crypto', 'crypto', { hmacSecret: SECRET })
		.catch(() => undefined);
	const plain = await publish(client, 'n8n Webhook node', [plainWebhook()]);
	const ours = await prepareTrigger(client, 'Baileys Trigger');
	const choosy = await prepareTrigger(client, 'Another event', {
		events: ['whatsapp.message.read'],
	});
	const anySender = await prepareSignedTrigger(client);
	const glued = await publish(
		client,
		'Webhook, Crypto, IF, Remove Duplicates, Respond',
		gluedNodes(crypto),
	);
	const cell = (
		key: Cell['key'],
		label: string,
		{ url, workflowId }: { url: string; workflowId: string },
		next: Cell['next'],
		expected: Partial<Pick<Cell, 'status' | 'startsExecutions'>> = {},
	): Cell => ({
		key,
		name: label,
		url,
		workflowId,
		status: 200,
		startsExecutions: true,
		next,
		...expected,
	});
	const theirs = other && (await prepareTrigger(client, 'The other build', { build: other }));
	const repeated = signed(message('REPEATED'));
	return [
		cell('a', "n8n's Webhook node, verifies nothing", plain, () => signed(message())),
		cell('b', 'Baileys Trigger, valid signatures', ours, ours.next),
		cell('c', 'Webhook > Crypto > IF > Remove Duplicates > Respond', glued, () =>
			signed(message()),
		),
		cell(
			'd',
			'Baileys Trigger, forged signatures',
			ours,
			() => signed(message(), 'another secret'),
			{
				status: 401,
				startsExecutions: false,
			},
		),
		cell('e', 'Baileys Trigger, duplicates', ours, () => repeated, { startsExecutions: false }),
		cell('f', 'Baileys Trigger, events not selected', choosy, choosy.next, {
			startsExecutions: false,
		}),
		cell('s', 'Signed Webhook Trigger (Standard Webhooks)', anySender, anySender.next),
		...(theirs === undefined
			? []
			: [cell('o', 'Baileys Trigger of the other build, valid signatures', theirs, theirs.next)]),
	];
}

/** What a trigger under load is set to. */
export interface TriggerSettings {
	/** @default all */
	readonly events?: string[];
	readonly options?: Record<string, number>;
	/** @default this one */
	readonly build?: OtherBuild;
}

const THIS_BUILD: OtherBuild = {
	packageName: PACKAGE_NAME,
	credentialType: 'realtimeWebhooksInboxHubApi',
	eventStoreType: 'realtimeWebhooksN8nEventStoreApi',
};

/** Publishes a workflow with the trigger, to be loaded with valid deliveries. */
export async function prepareTrigger(
	client: N8nClient,
	name: string,
	{ events = ['*'], options = {}, build = THIS_BUILD }: TriggerSettings = {},
): Promise<Pick<Cell, 'url' | 'workflowId' | 'next'>> {
	const { packageName, credentialType } = build;
	const { id } = await client.createCredential(name, credentialType, {
		baseUrl: 'http://127.0.0.1:9',
		apiKey: '',
		webhookSecret: SECRET,
		previousWebhookSecret: '',
	});
	const type = `${packageName}.baileysTrigger`;
	const trigger = node('Trigger', type, 2, { events, options }, { [credentialType]: { id, name } });
	return { ...(await publish(client, name, [trigger])), next: () => signed(message()) };
}

/** The same for the trigger of any sender, with the same messages. */
async function prepareSignedTrigger(
	client: N8nClient,
): Promise<Pick<Cell, 'url' | 'workflowId' | 'next'>> {
	const name = 'Signed Webhook Trigger';
	const credentialType = 'realtimeWebhooksSignedWebhookApi';
	const secret = `whsec_${Buffer.from('a secret of thirty-two bytes: 32').toString('base64')}`;
	const { id } = await client.createCredential(name, credentialType, {
		secret,
		previousSecret: '',
		verifyToken: '',
	});
	const parameters = { scheme: 'standardWebhooks', events: '*', options: {} };
	const credentials = { [credentialType]: { id, name } };
	const type = `${PACKAGE_NAME}.signedWebhookTrigger`;
	const sender = new Webhook(secret);
	return {
		...(await publish(client, name, [node('Trigger', type, 2, parameters, credentials)])),
		next: () => {
			const body = message();
			const webhookId = randomUUID();
			const at = new Date();
			return {
				body,
				headers: {
					'content-type': 'application/json',
					'webhook-id': webhookId,
					'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
					'webhook-signature': sender.sign(webhookId, at, body),
				},
			};
		},
	};
}

/** A message of about 0.9 KB, the size of a text message of the gateway. */
function message(whatsappMessageId: string = randomUUID()): string {
	const content = 'Hola, ¿siguen abiertos hoy? '.repeat(18);
	return JSON.stringify(receivedMessage({ whatsappMessageId, content }));
}

function signed(body: string, secret = SECRET): LoadRequest {
	return {
		body,
		headers: {
			'content-type': 'application/json',
			'x-webhook-event': 'message.received',
			'x-webhook-signature': sign(body, secret),
		},
	};
}

async function publish(client: N8nClient, name: string, nodes: WorkflowNode[]) {
	const path = nodes[0]?.webhookId ?? '';
	const all = [
		...nodes,
		...(nodes.length === 1 ? [node('Nothing', 'n8n-nodes-base.noOp', 1, {})] : []),
	];
	const connections: WorkflowDraft['connections'] = {};
	for (const [index, { name: from }] of all.entries()) {
		const to = all[index + 1];
		if (to) connections[from] = { main: [[{ node: to.name, type: 'main', index: 0 }]] };
	}
	const { id } = await client.createWorkflow({ name, nodes: all, connections });
	await client.publish(id);
	await client.waitForWebhook(path);
	return { url: client.webhookUrl(path), workflowId: id };
}

function node(
	name: string,
	type: string,
	typeVersion: number,
	parameters: Parameters,
	credentials?: WorkflowNode['credentials'],
): WorkflowNode {
	const id = randomUUID();
	return {
		id,
		name,
		type,
		typeVersion,
		position: [0, 0],
		parameters,
		webhookId: id,
		...(credentials ? { credentials } : {}),
	};
}

function plainWebhook(): WorkflowNode {
	const webhook = node('Webhook', 'n8n-nodes-base.webhook', 2.1, {});
	return {
		...webhook,
		parameters: { httpMethod: 'POST', path: webhook.id, responseMode: 'onReceived', options: {} },
	};
}

/** What people build today, from n8n's own nodes in their newest versions. */
function gluedNodes(crypto: { id: string; name: string } | undefined): WorkflowNode[] {
	const webhook = node('Webhook', 'n8n-nodes-base.webhook', 2.1, {});
	const hmac: Parameters = {
		action: 'hmac',
		type: 'SHA256',
		value: '={{ JSON.stringify($json.body) }}',
		dataPropertyName: 'expected',
		encoding: 'hex',
	};
	const condition = {
		id: randomUUID(),
		leftValue: "={{ $json.headers['x-webhook-signature'] }}",
		rightValue: '={{ "sha256=" + $json.expected }}',
		operator: { type: 'string', operation: 'equals' },
	};
	return [
		{
			...webhook,
			parameters: {
				httpMethod: 'POST',
				path: webhook.id,
				responseMode: 'responseNode',
				options: {},
			},
		},
		crypto === undefined
			? node('Crypto', 'n8n-nodes-base.crypto', 1, { ...hmac, secret: SECRET })
			: node('Crypto', 'n8n-nodes-base.crypto', 2, hmac, { crypto }),
		node('IF', 'n8n-nodes-base.if', 2.2, {
			conditions: {
				options: { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 2 },
				conditions: [condition],
				combinator: 'and',
			},
			options: {},
		}),
		node('Remove Duplicates', 'n8n-nodes-base.removeDuplicates', 2, {
			operation: 'removeItemsSeenInPreviousExecutions',
			logic: 'removeItemsWithAlreadySeenKeyValues',
			dedupeValue: '={{ $json.body.data.message.whatsappMessageId }}',
			options: {},
		}),
		node('Respond', 'n8n-nodes-base.respondToWebhook', 1.4, {
			respondWith: 'json',
			responseBody: '={{ JSON.stringify({ received: true }) }}',
			options: {},
		}),
	];
}
