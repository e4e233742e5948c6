import { PACKAGE_NAME } from '../n8n/packageLink.mts';
import type { Workflow, WorkflowNode } from '../n8n/n8nTypes.mts';

/** The example workflows that `npm start` publishes: files in examples/workflows, without `.json`. */
export const EXAMPLES = [
	'whatsapp-to-live-page',
	'kometia-order-to-live-page',
	'yape-payment-to-live-page',
	'recover-after-a-crash',
	'recover-every-5-minutes',
	'live-page-history',
	'live-page-replay',
] as const;
export type ExampleName = (typeof EXAMPLES)[number];

/** Those of them that the live page asks. */
export const PAGE_WORKFLOWS = [
	'live-page-history',
	'live-page-replay',
] as const satisfies ReadonlyArray<ExampleName>;

/** The credential types that the examples use, with the names that they get. */
export const CREDENTIALS = {
	realtimeWebhooksInboxHubApi: 'Inbox Hub (local)',
	realtimeWebhooksWahaApi: 'WAHA (local)',
	realtimeWebhooksEvolutionApi: 'Evolution API (local)',
	realtimeWebhooksKometiaApi: 'Kometia (local)',
	realtimeWebhooksYapeNotifierApi: 'Yape Notifier (local)',
	realtimeWebhooksSocketIoApi: 'Live page (local)',
	realtimeWebhooksN8nEventStoreApi: 'This n8n (local)',
	httpHeaderAuth: 'Key of the live page (local)',
	httpBasicAuth: 'Replay password of the live page (local)',
} as const;
export type CredentialType = keyof typeof CREDENTIALS;
export const CREDENTIAL_TYPES = Object.keys(CREDENTIALS) as CredentialType[];

/** The senders of `npm run send`, by the credential of the trigger that receives from them. */
export const SENDERS = {
	'inbox-hub': 'realtimeWebhooksInboxHubApi',
	waha: 'realtimeWebhooksWahaApi',
	'eu-atendo': 'realtimeWebhooksEvolutionApi',
	kometia: 'realtimeWebhooksKometiaApi',
	yape: 'realtimeWebhooksYapeNotifierApi',
} as const satisfies Record<string, CredentialType>;
export type SenderName = keyof typeof SENDERS;
export const SENDER_NAMES = Object.keys(SENDERS) as SenderName[];

const CREDENTIAL_OF: Readonly<Record<string, CredentialType>> = {
	euAtendoTrigger: 'realtimeWebhooksEvolutionApi',
	kometiaTrigger: 'realtimeWebhooksKometiaApi',
	yapeTrigger: 'realtimeWebhooksYapeNotifierApi',
	realtimeBroadcast: 'realtimeWebhooksSocketIoApi',
	eventHistory: 'realtimeWebhooksN8nEventStoreApi',
};

/** n8n's own Webhook node, by what it asks of who calls it. */
const WEBHOOK_CREDENTIAL_OF: Readonly<Record<string, CredentialType>> = {
	headerAuth: 'httpHeaderAuth',
	basicAuth: 'httpBasicAuth',
};

/** The credential that a node of the examples needs; undefined where it needs none. */
export function credentialOf({ type, parameters }: WorkflowNode): CredentialType | undefined {
	if (isWebhookNode({ type })) return WEBHOOK_CREDENTIAL_OF[String(parameters.authentication)];
	if (!type.startsWith(`${PACKAGE_NAME}.`)) return undefined;
	const name = type.slice(PACKAGE_NAME.length + 1);
	if (name !== 'baileysTrigger') return CREDENTIAL_OF[name];
	return parameters.gateway === 'waha' ? 'realtimeWebhooksWahaApi' : 'realtimeWebhooksInboxHubApi';
}

/** The last part of the URL at which a workflow receives from a sender, where it does. */
export function webhookPath({ nodes }: Workflow, sender: SenderName): string | undefined {
	return nodes.find(
		(node) => isTrigger(node) && !node.disabled && credentialOf(node) === SENDERS[sender],
	)?.webhookId;
}

/** The last part of the URL of a workflow that n8n's own Webhook node starts; undefined where none does. */
export function ownPath({ nodes }: Pick<Workflow, 'nodes'>): string | undefined {
	const path = nodes.find((node) => isWebhookNode(node) && !node.disabled)?.parameters.path;
	return typeof path === 'string' && path !== '' ? path : undefined;
}

function isWebhookNode({ type }: Pick<WorkflowNode, 'type'>): boolean {
	return type === 'n8n-nodes-base.webhook';
}

/** Whether a node gets a URL of its own. */
export function isTrigger({ type }: WorkflowNode): boolean {
	return type.startsWith(`${PACKAGE_NAME}.`) && type.endsWith('Trigger');
}
