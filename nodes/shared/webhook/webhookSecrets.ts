import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { usableSecrets, type WebhookSecrets } from '../../../lib/receive/hmac';

/**
 * Reads `webhookSecret` and `previousWebhookSecret`, which credentials have in common.
 *
 * @returns undefined where both are empty
 */
export function webhookSecrets({
	webhookSecret,
	previousWebhookSecret,
}: ICredentialDataDecryptedObject): WebhookSecrets | undefined {
	const secrets = usableSecrets(...[webhookSecret, previousWebhookSecret].map(textOrNothing));
	return secrets.length === 0 ? undefined : { secrets };
}

function textOrNothing(value: unknown): string | undefined {
	return typeof value === 'string' ? value : undefined;
}
