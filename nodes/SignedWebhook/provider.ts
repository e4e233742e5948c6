import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';
import { bearerTokens, headerTokens, sharedTokenVerdict } from '../../lib/receive/hmac';
import type { Delivery, RefusalReason, Verdict, WebhookProvider } from '../../lib/receive/provider';
import { hasSignature } from '../../lib/signature/sentSignatures';
import { unquoted, type SecretKeyring } from '../../lib/signature/secretKeys';
import { signatureVerdict } from '../../lib/signature/signatureVerdict';
import type { WebhookTrigger } from '../shared/webhook/webhookTrigger';
import { customMethod, customScheme, tokenHeader } from './customScheme';
import { explainSignature, explainToken } from './explainRefusal';
import { identifySigned, type EventOptions } from './identify';
import { atPublicUrl, keptSecret, publicUrl, readEventOptions } from './eventOptions';
import { parseBody } from './parseBody';
import { SCHEMES } from './schemes';
import { standardWebhooks, type SecretForm } from './schemes/standardWebhooks';
import {
	assertSecretsFit,
	assertUserAndPassword,
	signedWebhookSettings,
	usableKeys,
	type SignedWebhookSettings,
} from './settings';
import type { SchemeVariant, WebhookScheme } from './webhookScheme';

type Context = IHookFunctions | IWebhookFunctions;

/** Any provider whose deliveries are signed, as the node's parameter `scheme` says. */
export const signedWebhookTrigger: WebhookTrigger<SignedWebhookSettings> = {
	provider: signedWebhookProvider,
	credential: {
		name: 'realtimeWebhooksSignedWebhookApi',
		label: 'Signed Webhook API',
		secretField: 'Secret',
	},
	// Most providers repeat for three days.
	deduplication: { windowHours: 96, capacity: 4000 },
	settings: signedWebhookSettings,
	assertCredential: (credential, context) => {
		const method = customMethodOf(context);
		if (method === 'basicAuth') assertUserAndPassword(credential);
		if (method !== 'signature') return;
		const { label, variants } = chosenScheme(context);
		for (const { signature } of variants) assertSecretsFit(credential, label, signature);
	},
	assertParameters: (context) => {
		chosenScheme(context);
		const { keptHeaders } = readEventOptions(context);
		publicUrl(context);
		if (customMethodOf(context) !== 'sharedToken') return;
		const token = tokenHeader(context);
		if (keptHeaders.includes(token)) throw keptSecret(token);
	},
};

function signedWebhookProvider(context: IWebhookFunctions): WebhookProvider<SignedWebhookSettings> {
	// Read when a delivery is verified: an expression that fails is answered 503 then.
	let scheme: WebhookScheme | undefined;
	const chosen = () => (scheme ??= chosenScheme(context));
	return {
		name: 'signed-webhook',
		verify: (delivery, settings) => verify(context, chosen(), delivery, settings),
		parse: (delivery) => (chosen().parse ?? parseBody)(delivery),
		challenge: (body, delivery, { settings, verification, matched }) => {
			const isSigned = verification !== 'none';
			const used = settings?.keyring.secrets.find(({ secret }) => secret === matched?.secret);
			const secret = isSigned ? unquoted(used?.text ?? '') : undefined;
			return chosen().challenge?.(body, { delivery, secret });
		},
		identify: (body, delivery) => {
			const options = keptOptions(context);
			const variant = variantOf(chosen(), delivery);
			return identifySigned(chosen(), variant, options, body, atPublicUrl(context, delivery));
		},
		answer: (outcome) => scheme?.answer?.(outcome),
		explainRefusal: (delivery, settings, reason) =>
			explainRefusal(context, chosen(), delivery, settings, reason),
	};
}

/** A workflow that is live already does not store the token either. */
function keptOptions(context: IWebhookFunctions): EventOptions {
	const options = readEventOptions(context);
	if (options.keptHeaders.length === 0 || customMethodOf(context) !== 'sharedToken') return options;
	const token = tokenHeader(context);
	return { ...options, keptHeaders: options.keptHeaders.filter((name) => name !== token) };
}

function verify(
	context: IWebhookFunctions,
	scheme: WebhookScheme,
	delivery: Delivery,
	{ keyring }: SignedWebhookSettings,
): Verdict {
	switch (customMethodOf(context)) {
		case 'basicAuth':
			return tokenVerdict(basicCredentials(delivery), keyring);
		case 'sharedToken':
			return tokenVerdict(sharedTokens(delivery, tokenHeader(context)), keyring);
		case 'signature': {
			const asked = scheme.unsignedChallenge?.(delivery);
			if (asked !== undefined) return { result: 'answered', answer: asked };
			const { signature } = variantOf(scheme, delivery);
			const called = atPublicUrl(context, delivery);
			return signatureVerdict(called, signature, (keyId) =>
				usableKeys(keyring, scheme, signature, keyId),
			);
		}
	}
}

/** Every secret is asked: the time must not tell which of them matched. */
function tokenVerdict(tokens: readonly string[], { secrets }: SecretKeyring): Verdict {
	const found = secrets.map(({ text, secret }) => {
		const verdict = sharedTokenVerdict(tokens, { secrets: [text.trim()] });
		return verdict.result === 'verified' ? { ...verdict, matched: { secret } } : verdict;
	});
	const right = found.find(({ result }) => result === 'verified');
	return right ?? found[0] ?? sharedTokenVerdict(tokens, { secrets: [] });
}

/** Not asked on the way of every forgery. */
function explainRefusal(
	context: IWebhookFunctions,
	scheme: WebhookScheme,
	delivery: Delivery,
	{ keyring }: SignedWebhookSettings,
	reason: RefusalReason,
): string | undefined {
	const method = customMethodOf(context);
	if (method !== 'signature') return explainToken(method, tokenHeader(context), reason);
	const { signature } = variantOf(scheme, delivery);
	return explainSignature({ scheme, signature, delivery, keyring, reason });
}

function customMethodOf(context: Context) {
	return schemeName(context) === 'custom' ? customMethod(context) : 'signature';
}

function variantOf({ variants }: WebhookScheme, delivery: Delivery): SchemeVariant {
	const [first, ...others] = variants;
	if (others.length === 0) return first;
	return variants.find(({ signature }) => hasSignature(delivery, signature)) ?? first;
}

function sharedTokens(delivery: Delivery, header: string): string[] {
	const bearer = header === 'authorization' ? bearerTokens(delivery.headers) : [];
	return bearer.length > 0 ? bearer : headerTokens(delivery.headers, header);
}

/** `user:password` of `Authorization: Basic`, RFC 7617 section 2. */
function basicCredentials({ headers: { authorization } }: Delivery): string[] {
	const encoded = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(authorization ?? '')?.[1];
	return encoded === undefined ? [] : [Buffer.from(encoded, 'base64').toString('utf8')];
}

function schemeName(context: Context): string {
	return String(context.getNodeParameter('scheme', 'standardWebhooks'));
}

/** @throws {Error} where there is no such scheme, or the parameters of a custom one cannot be used */
function chosenScheme(context: Context): WebhookScheme {
	const name = schemeName(context);
	if (name === 'custom') return customScheme(context);
	if (name === 'standardWebhooks') {
		const form = String(context.getNodeParameter('secretForm', 'specification'));
		return Object.hasOwn(standardWebhooks, form)
			? standardWebhooks[form as SecretForm]
			: standardWebhooks.specification;
	}
	const scheme = SCHEMES.find((known) => known.name === name);
	if (scheme === undefined) {
		throw new Error(
			`'Scheme' is "${name}", which this node does not know. Choose one from the list.`,
		);
	}
	return scheme;
}
