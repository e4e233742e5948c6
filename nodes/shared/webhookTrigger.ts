import type { ICredentialDataDecryptedObject, IHookFunctions } from 'n8n-workflow';
import type { WebhookProvider } from '../../lib/receive/provider';

/** What the n8n side of a webhook trigger needs to know of its provider. */
export interface WebhookTrigger<Settings> {
	readonly provider: WebhookProvider<Settings>;
	/** Type name of the credential that holds the secrets, and its label in the editor. */
	readonly credential: { readonly name: string; readonly label: string };
	/** Defaults that suit how the provider retries. */
	readonly deduplication: { readonly windowHours: number; readonly capacity: number };
	/**
	 * Reads the credential.
	 *
	 * @returns undefined where it holds nothing to verify with
	 */
	settings(credential: ICredentialDataDecryptedObject): Settings | undefined;
	/** How the provider is told the webhook's URL; undefined where only the user can do that. */
	readonly registration?: TriggerRegistration;
}

/** Registration at the provider, in n8n's three steps. Each throws an error that says what to do. */
export interface TriggerRegistration {
	isCurrent(context: IHookFunctions): Promise<boolean>;
	register(context: IHookFunctions): Promise<void>;
	unregister(context: IHookFunctions): Promise<void>;
}
