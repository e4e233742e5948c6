import { whyNotPublicHttps } from '../../../lib/net/publicUrl';
import type { WebhookGateway } from './gateway';

const REASONS = {
	'not-a-url': 'is not an address',
	'not-https': 'does not start with https://',
	'not-public': 'is an address inside a network',
} as const;

/**
 * The address to register, where the gateway could deliver to it. Judged as the triggers judge their
 * own: gateways that mostly run in n8n's network may deliver to any address in it.
 *
 * @throws {Error} that says what to do
 */
export function readWebhookUrl(
	url: string,
	{ label, publicHttpsOnly }: Pick<WebhookGateway, 'label' | 'publicHttpsOnly'>,
): string {
	if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) {
		throw new Error(
			"'Webhook URL' is not an address. Write it with https://, such as https://n8n.example.com/webhook/1b9d6bcd.",
		);
	}
	const why = publicHttpsOnly ? whyNotPublicHttps(url) : undefined;
	if (why === undefined) return url;
	throw new Error(
		`${label} delivers only to public HTTPS addresses, and 'Webhook URL' ${REASONS[why]}. Use the public address of n8n, which is set as WEBHOOK_URL there.`,
	);
}

/**
 * What may keep a gateway from delivering to an address, in words for the user.
 *
 * @param gatewayUrl address of the gateway's API, as n8n reaches it
 * @returns undefined where nothing speaks against it
 */
export function webhookUrlHint(url: string, gatewayUrl: string): string | undefined {
	if (!URL.canParse(url) || !URL.canParse(gatewayUrl)) return undefined;
	const { hostname, pathname } = new URL(url);
	if (pathname.includes('/webhook-test/')) {
		return "'Webhook URL' is a test address, at which n8n only receives while somebody listens for a test event. Use the Production URL.";
	}
	if (isLoopback(hostname) && !isLoopback(new URL(gatewayUrl).hostname)) {
		return `'Webhook URL' leads to ${hostname}, which for the gateway is the machine or container that it runs on itself. Use an address of n8n that the gateway can reach.`;
	}
	if (whyNotPublicHttps(url) === 'not-public' && isPublic(gatewayUrl)) {
		return `'Webhook URL' is an address inside a network, but the gateway has a public one. Check that it can reach ${hostname}.`;
	}
	return undefined;
}

function isPublic(url: string): boolean {
	return whyNotPublicHttps(url) !== 'not-public';
}

function isLoopback(hostname: string): boolean {
	return /^(localhost|127\.[\d.]+|\[::1\])$/i.test(hostname);
}
