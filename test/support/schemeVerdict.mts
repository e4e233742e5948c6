import { SecretKeyring } from '../../lib/signature/secretKeys.ts';
import { hasSignature } from '../../lib/signature/sentSignatures.ts';
import { signatureVerdict } from '../../lib/signature/signatureVerdict.ts';
import type { Delivery, Verdict } from '../../lib/receive/provider.ts';
import { SCHEMES } from '../../nodes/SignedWebhook/schemes.ts';
import type { SchemeVariant, WebhookScheme } from '../../nodes/SignedWebhook/webhookScheme.ts';
import { PUBLIC_URL, type SignedRequest } from './signedWebhooks.mts';

export function schemeOf(name: string): WebhookScheme {
	const scheme = SCHEMES.find((one) => one.name === name);
	if (scheme === undefined) throw new Error(`there is no scheme '${name}'`);
	return scheme;
}

/** The way to sign that a delivery shows, as the node chooses it. */
export function variantFor({ variants }: WebhookScheme, delivery: Delivery): SchemeVariant {
	return variants.find(({ signature }) => hasSignature(delivery, signature)) ?? variants[0];
}

/** A delivery as the node gets it. */
export function deliveryOf(
	{ headers, query, body }: SignedRequest,
	receivedAt = new Date(),
	url = PUBLIC_URL,
): Delivery {
	return {
		rawBody: body,
		headers: { ...headers },
		url: () => url + query,
		query: Object.fromEntries(new URLSearchParams(query)),
		remoteAddress: '192.0.2.1',
		receivedAt,
	};
}

/** What a credential holds: the current secret, and the previous one where there is one. */
export function keyringOf(current: string, previous?: string): SecretKeyring {
	return new SecretKeyring([
		{ text: current, secret: 'current' },
		...(previous === undefined ? [] : [{ text: previous, secret: 'previous' as const }]),
	]);
}

/** What the node's own check says of a delivery. */
export function schemeVerdict(name: string, delivery: Delivery, keyring: SecretKeyring): Verdict {
	const { signature } = variantFor(schemeOf(name), delivery);
	return signatureVerdict(delivery, signature, keyring.keys(signature.keys));
}
