import Pusher from 'pusher';
import { Webhook } from 'standardwebhooks';
import {
	credentialSecret,
	PUBLIC_URL,
	type SchemeName,
	type SignedRequest,
} from './signedWebhooks.mts';
import { loadVendorSdk } from './vendorSdks.mts';

/** What a vendor's own library says of a delivery; what it throws counts as no. */
export type VendorCheck = (sent: SignedRequest) => boolean | Promise<boolean>;

/** The fields of a form; one that comes twice is a list. */
export const formFieldsOf = ({ body }: SignedRequest) => {
	const form = new URLSearchParams(body.toString('utf8'));
	return Object.fromEntries(
		[...new Set(form.keys())].map((name) => {
			const [first, ...others] = form.getAll(name);
			return [name, others.length === 0 ? first : [first, ...others]];
		}),
	);
};

/** Each library, with a secret, as its documentation says that it is called. */
export const VENDOR_CHECKS = {
	stripe: async (secret: string) => {
		const Stripe = await loadVendorSdk('stripe');
		const client = new Stripe('sk_test_invented');
		return ({ body, headers }: SignedRequest) =>
			Boolean(client.webhooks.constructEvent(body, headers['stripe-signature'] ?? '', secret));
	},
	github: async (secret: string) => {
		const { verify } = await loadVendorSdk('@octokit/webhooks-methods');
		return async ({ body, headers }: SignedRequest) =>
			await verify(secret, body.toString('utf8'), headers['x-hub-signature-256'] ?? '');
	},
	twilio: async (secret: string) => {
		const webhooks = await loadVendorSdk('twilio');
		return (sent: SignedRequest) => {
			const { body, headers, query } = sent;
			const signature = headers['x-twilio-signature'] ?? '';
			const settings = headers['x-twilio-webhooks-signature-settings'];
			const algorithm = webhooks.getSignatureAlgorithm(settings);
			const url = PUBLIC_URL + query;
			return query.includes('bodySHA256')
				? webhooks.validateRequestWithBody(secret, signature, url, body.toString('utf8'), algorithm)
				: webhooks.validateRequest(secret, signature, url, formFieldsOf(sent), algorithm);
		};
	},
	linear: async (secret: string) => {
		const { LinearWebhookClient } = await loadVendorSdk('@linear/sdk/webhooks');
		const client = new LinearWebhookClient(secret);
		return ({ body, headers }: SignedRequest) =>
			client.verify(body, headers['linear-signature'] ?? '');
	},
	shopify: async (secret: string) => {
		await loadVendorSdk('@shopify/shopify-api/adapters/node');
		const { shopifyApi } = await loadVendorSdk('@shopify/shopify-api');
		const shopify = shopifyApi({
			apiKey: 'key',
			apiSecretKey: secret,
			apiVersion: '2026-10',
			hostName: 'app.example.com',
			isEmbeddedApp: false,
			logger: { log: () => undefined },
		});
		return async ({ body, headers }: SignedRequest) => {
			const rawRequest = { method: 'POST', url: '/webhook', headers };
			const request = { rawBody: body.toString('utf8'), rawRequest, rawResponse: {} };
			return (await shopify.webhooks.validate(request)).valid;
		};
	},
	discord: async (secret: string) => {
		const { verifyKey } = await loadVendorSdk('discord-interactions');
		return async ({ body, headers }: SignedRequest) =>
			await verifyKey(
				body,
				headers['x-signature-ed25519'] ?? '',
				headers['x-signature-timestamp'] ?? '',
				credentialSecret('discord', secret),
			);
	},
	paddle: async (secret: string) => {
		const { Paddle } = await loadVendorSdk('@paddle/paddle-node-sdk');
		const { webhooks } = new Paddle('pdl_invented');
		return async ({ body, headers }: SignedRequest) =>
			await webhooks.isSignatureValid(
				body.toString('utf8'),
				secret,
				headers['paddle-signature'] ?? '',
			);
	},
	standardWebhooks: async (secret: string) => {
		const webhook = new Webhook(credentialSecret('standardWebhooks', secret));
		return ({ body, headers }: SignedRequest) =>
			webhook.verify(body.toString('utf8'), headers) !== undefined;
	},
	slack: async (secret: string) => {
		const { isValidSlackRequest } = await loadVendorSdk('@slack/bolt');
		return ({ body, headers }: SignedRequest) =>
			isValidSlackRequest({
				signingSecret: secret,
				body: body.toString('utf8'),
				headers: { ...headers },
			});
	},
	line: async (secret: string) => {
		const { validateSignature } = await loadVendorSdk('@line/bot-sdk');
		return ({ body, headers }: SignedRequest) =>
			validateSignature(body.toString('utf8'), secret, headers['x-line-signature'] ?? '');
	},
	pusher: async (secret: string) => {
		return ({ body, headers }: SignedRequest) => {
			const key = headers['x-pusher-key'] ?? '';
			const app = new Pusher({ appId: '1', key, secret, cluster: 'eu' });
			return app.webhook({ headers: { ...headers }, rawBody: body.toString('utf8') }).isValid();
		};
	},
	hook0: async (secret: string) => {
		const hook0 = await loadVendorSdk('hook0-client');
		return ({ body, headers }: SignedRequest) => {
			const { 'x-hook0-signature': signature = '', ...others } = headers;
			const now = new Date();
			const covered = new Headers(others);
			return (
				hook0.verifyWebhookSignatureWithCurrentTime(signature, body, covered, secret, 300, now) ===
				true
			);
		};
	},
	mercadoPago: async (secret: string) => {
		const { WebhookSignatureValidator } = await loadVendorSdk('mercadopago');
		return ({ headers, query }: SignedRequest) => {
			WebhookSignatureValidator.validate({
				xSignature: headers['x-signature'] ?? '',
				xRequestId: headers['x-request-id'] ?? '',
				dataId: new URLSearchParams(query).get('data.id') ?? '',
				secret,
			});
			return true;
		};
	},
} as const satisfies Partial<Record<SchemeName, (secret: string) => Promise<VendorCheck>>>;

export type VendorCheckName = keyof typeof VENDOR_CHECKS;
