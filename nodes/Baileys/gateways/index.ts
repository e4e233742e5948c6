import type {
	IExecuteFunctions,
	IHookFunctions,
	ILoadOptionsFunctions,
	INodeListSearchResult,
	IWebhookFunctions,
} from 'n8n-workflow';
import type { WebhookSecrets } from '../../../lib/receive/hmac';
import type { WebhookTrigger } from '../../shared/webhook/webhookTrigger';
import { searchInboxHubSessions } from './inboxHub/sessions';
import { inboxHubTrigger } from './inboxHub/provider';
import { searchWahaSessions } from './waha/sessions';
import { wahaTrigger } from './waha/provider';

/**
 * The trigger of the gateway that a node chose. Called for each request, so it reads the parameter
 * as it is saved; nodes from before there was a choice have none, and mean Inbox Hub.
 */
export function triggerOf(
	context: IExecuteFunctions | IHookFunctions | IWebhookFunctions,
): WebhookTrigger<WebhookSecrets> {
	return context.getNode().parameters.gateway === 'waha' ? wahaTrigger : inboxHubTrigger;
}

/** The choices of 'Session' at the gateway that the node chose. */
export async function searchSessions(
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	return this.getCurrentNodeParameter('gateway') === 'waha'
		? await searchWahaSessions(this, filter)
		: await searchInboxHubSessions(this, filter, paginationToken);
}
