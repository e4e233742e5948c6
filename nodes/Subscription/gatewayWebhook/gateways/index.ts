import type { WebhookGateway } from '../gateway';
import { euAtendoGateway } from './euAtendo';
import { inboxHubGateway } from './inboxHub';
import { wahaGateway } from './waha';

/** All gateways that the resource knows; to add one is to add its file and its line here. */
export const gateways: readonly WebhookGateway[] = [euAtendoGateway, inboxHubGateway, wahaGateway];

/** The gateway of the parameter `gateway`; undefined: none of these. */
export function gatewayOf(id: unknown): WebhookGateway | undefined {
	return gateways.find((gateway) => gateway.id === id);
}
