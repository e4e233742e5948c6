import { usableSecrets } from '../../../lib/receive/hmac';

/** A provider that keeps webhooks, as errors and the editor speak of it. */
export interface SlotAccount {
	/** The provider's name, such as `Inbox Hub`. */
	readonly label: string;
	readonly credential: {
		readonly name: string;
		readonly label: string;
		/** Label of the field whose absence means that the user registers by hand. */
		readonly keyField: string;
		/** Label of the field that deliveries are signed with. */
		readonly secretField: string;
	};
	/** What an account is called, such as `session`. */
	readonly slotName: string;
	/** Whether the provider can only deliver to a public https address. */
	readonly publicHttpsOnly: boolean;
	/** Key and secrets of the credential, the current secret first. */
	read(credential: object): { readonly key: string; readonly secrets: readonly string[] };
}

/** Reads `apiKey`, `webhookSecret` and `previousWebhookSecret`, which credentials have in common. */
export function readKeyAndSecrets(credential: {
	readonly apiKey?: string;
	readonly webhookSecret?: string;
	readonly previousWebhookSecret?: string;
}): ReturnType<SlotAccount['read']> {
	const { apiKey, webhookSecret, previousWebhookSecret } = credential;
	return { key: apiKey ?? '', secrets: usableSecrets(webhookSecret, previousWebhookSecret) };
}
