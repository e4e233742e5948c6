import { inboxHubAccount } from '../../../Baileys/gateways/inboxHub/api';
import { fetchInboxHubSessions } from '../../../Baileys/gateways/inboxHub/sessions';
import { sessionWebhook } from '../../../Baileys/gateways/inboxHub/registration';
import type { ApiContext } from '../../../shared/providerApi/providerApi';
import type { GatewayTarget, WebhookGateway } from '../gateway';

/** Of 100 sessions each. A list this long rather has no end. */
const MOST_PAGES = 100;

/** One webhook for each session, and no choice of events. */
export const inboxHubGateway: WebhookGateway = {
	...inboxHubAccount,
	id: 'inboxHub',
	advice: {
		404: 'Choose sessions that exist, by their numeric ID.',
		429: 'Inbox Hub limits how often it can be called. Wait 15 minutes and run it again.',
	},
	list: listSessions,
	api: sessionWebhook,
};

async function listSessions(context: ApiContext): Promise<GatewayTarget[]> {
	const targets: GatewayTarget[] = [];
	for (let page = 1; page <= MOST_PAGES; page += 1) {
		const { sessions, hasMore } = await fetchInboxHubSessions(context, page);
		for (const { id, sessionId, name, status } of sessions) {
			const names = [id, sessionId, name].filter((one) => one !== null);
			const label = `${name || sessionId || id}${status ? ` (${status})` : ''}`;
			targets.push({ id, names, label });
		}
		if (!hasMore) break;
	}
	return targets;
}
