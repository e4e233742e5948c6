import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import type { WebhookSecrets } from '../../lib/receive/hmac';
import { standardWebhooksKeys, type StandardWebhooksKeys } from '../../lib/standardWebhooks/verify';
import { webhookSecrets } from '../shared/webhook/triggerSettings';

/** How the sender proves who it is, with what that is checked with. */
export type YapeSettings =
	| ({ readonly scheme: 'hmac' | 'bearer' } & WebhookSecrets)
	| ({ readonly scheme: 'standardWebhooks' } & StandardWebhooksKeys);

const SECRET_FIELDS = {
	webhookSecret: 'Webhook Secret',
	previousWebhookSecret: 'Previous Webhook Secret',
} as const;

/**
 * Reads the credential.
 *
 * @returns undefined where nothing in it can be verified with
 */
export function yapeSettings(credential: ICredentialDataDecryptedObject): YapeSettings | undefined {
	const held = webhookSecrets(credential);
	if (held === undefined) return undefined;
	const scheme = credential.signatureScheme ?? 'hmac';
	if (scheme === 'hmac' || scheme === 'bearer') return { scheme, ...held };
	if (scheme !== 'standardWebhooks') return undefined;
	const keys = held.secrets.flatMap((secret) => readKeys(secret) ?? []);
	return keys.length === 0 ? undefined : { scheme, keys };
}

/** @throws {Error} that names the field where a secret is not what the method needs */
export function assertYapeCredential(credential: ICredentialDataDecryptedObject): void {
	if (credential.signatureScheme !== 'standardWebhooks') return;
	for (const [name, label] of Object.entries(SECRET_FIELDS)) {
		if (readKeys(String(credential[name] ?? '')) !== undefined) continue;
		throw new Error(
			`'${label}' in the credential 'Yape Notifier API' starts with "whsec_", but the rest is not base64, so no delivery can be verified. Copy the whole secret again.`,
		);
	}
}

function readKeys(secret: string): Buffer[] | undefined {
	try {
		return standardWebhooksKeys(secret);
	} catch {
		// It throws for one reason only: what claims to be base64 is not.
		return undefined;
	}
}
