import type {
	ICredentialDataDecryptedObject,
	IHookFunctions,
	IWebhookFunctions,
} from 'n8n-workflow';
import type { ProviderEvent } from '../../../lib/event/envelope';
import type { WebhookProvider } from '../../../lib/receive/provider';

/** What the n8n side of a webhook trigger needs to know of its provider. */
export interface WebhookTrigger<Settings> {
	/** The provider as this node is set up; called for each delivery, so it must cost little. */
	provider(context: IWebhookFunctions): WebhookProvider<Settings>;
	readonly credential: {
		/** Type name of the credential that holds the secrets. */
		readonly name: string;
		/** Its label in the editor. */
		readonly label: string;
		/** Label of the field without which nothing can be verified. */
		readonly secretField: string;
	};
	/** Defaults that suit how the provider retries. */
	readonly deduplication: { readonly windowHours: number; readonly capacity: number };
	/**
	 * Reads the credential.
	 *
	 * @returns undefined where it holds nothing to verify with
	 */
	settings(credential: ICredentialDataDecryptedObject): Settings | undefined;
	/** Throws an Error that says what to do where what the credential holds cannot be used as it is. */
	assertCredential?(credential: ICredentialDataDecryptedObject, context: IHookFunctions): void;
	/** What else than its type the node wants of an event. */
	selects?(context: IWebhookFunctions, event: ProviderEvent): boolean;
	/** Throws an Error that says what to do where a parameter makes no sense. */
	assertParameters?(context: IHookFunctions): void;
	/** How the provider is told the webhook's URL; undefined where only the user can do that. */
	readonly registration?: TriggerRegistration;
}

/** Registration at the provider, in n8n's three steps. Each throws an error that says what to do. */
export interface TriggerRegistration {
	isCurrent(context: IHookFunctions): Promise<boolean>;
	register(context: IHookFunctions): Promise<void>;
	unregister(context: IHookFunctions): Promise<void>;
}
