import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ensureVendorSdks } from '../../scripts/peers/vendorSdks.mts';

/**
 * What tests use of the vendors' libraries, by package. They are in no package.json of this checkout, so
 * their own types are not either.
 */
export interface VendorSdks {
	readonly stripe: new (key: string) => {
		readonly webhooks: {
			constructEvent(payload: Buffer, header: string, secret: string, tolerance?: number): object;
			generateTestHeaderString(options: {
				payload: string;
				secret: string;
				timestamp?: number;
			}): string;
		};
		parseEventNotification(payload: Buffer, header: string, secret: string): object;
	};
	readonly '@octokit/webhooks-methods': {
		sign(secret: string, payload: string): Promise<string>;
		verify(secret: string, payload: string, signature: string): Promise<boolean>;
	};
	readonly twilio: {
		getExpectedTwilioSignature(
			token: string,
			url: string,
			params: Readonly<Record<string, unknown>> | null,
			algorithm?: string,
		): string;
		getSignatureAlgorithm(settings?: string): string;
		validateRequest(
			token: string,
			signature: string,
			url: string,
			params: Readonly<Record<string, unknown>>,
			algorithm?: string,
		): boolean;
		validateRequestWithBody(
			token: string,
			signature: string,
			url: string,
			body: string,
			algorithm?: string,
		): boolean;
	};
	readonly '@linear/sdk/webhooks': {
		readonly LinearWebhookClient: new (secret: string) => {
			verify(rawBody: Buffer, signature: string): boolean;
		};
	};
	/** Once '@shopify/shopify-api/adapters/node' was loaded. */
	readonly '@shopify/shopify-api': {
		readonly ApiVersion: Readonly<Record<string, string>>;
		shopifyApi(config: Readonly<Record<string, unknown>>): {
			readonly webhooks: {
				validate(request: {
					rawBody: string;
					rawRequest: unknown;
					rawResponse: unknown;
				}): Promise<{ readonly valid: boolean; readonly reason?: string }>;
			};
		};
	};
	readonly '@shopify/shopify-api/adapters/node': unknown;
	readonly 'discord-interactions': {
		verifyKey(
			body: Buffer,
			signature: string,
			timestamp: string,
			publicKey: string,
		): Promise<boolean>;
	};
	readonly '@paddle/paddle-node-sdk': {
		readonly Paddle: new (key: string) => {
			readonly webhooks: {
				isSignatureValid(body: string, secret: string, signature: string): Promise<boolean>;
			};
		};
	};
	readonly '@slack/bolt': {
		isValidSlackRequest(request: {
			signingSecret: string;
			body: string;
			headers: Readonly<Record<string, string | number>>;
			nowMilliseconds?: number;
		}): boolean;
	};
	readonly '@line/bot-sdk': {
		validateSignature(body: string | Buffer, secret: string, signature: string): boolean;
	};
	readonly mercadopago: MercadoPagoSdk;
	readonly 'mercadopago-3.1.0': MercadoPagoSdk;
	readonly 'hook0-client': {
		verifyWebhookSignatureWithCurrentTime(
			signature: string,
			payload: Buffer,
			headers: Headers,
			secret: string,
			toleranceSeconds: number,
			now: Date,
		): boolean;
	};
}

interface MercadoPagoSdk {
	readonly WebhookSignatureValidator: {
		/** @throws where it is not genuine */
		validate(notification: {
			xSignature: string;
			xRequestId?: string;
			dataId?: string;
			secret: string;
			toleranceSeconds?: number;
			now?: () => number;
		}): void;
	};
}

/** Packages that offer themselves to `import` only. */
const FILES: Readonly<Record<string, string>> = {
	'@octokit/webhooks-methods': 'dist-node/index.js',
};

/** A vendor's library, installed first where it is missing. */
export async function loadVendorSdk<Name extends keyof VendorSdks>(
	name: Name,
): Promise<VendorSdks[Name]> {
	const folder = await ensureVendorSdks();
	const load = createRequire(join(folder, 'package.json'));
	const file = FILES[name];
	const found: unknown = load(file === undefined ? name : join(folder, 'node_modules', name, file));
	return found as VendorSdks[Name];
}
