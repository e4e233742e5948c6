import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import type { WebhookAccountApi } from '../../../lib/registration/webhookAccount';
import type { ApiContext } from '../../shared/providerApi/providerApi';
import type { SlotAccount } from '../../shared/registration/registrationRecords';

/** One session or instance of the account. */
export interface GatewayTarget {
	/** What the API knows it by. */
	readonly id: string;
	/** What it can be chosen by, the id too. */
	readonly names: readonly string[];
	/** For the list in the editor. */
	readonly label: string;
}

/** The events that a webhook is to get. */
export interface ChosenEvents {
	/** In the words of this package; `*` for all. */
	readonly types: readonly string[];
	/** In the gateway's own words; where there are any, they count instead. */
	readonly names: readonly string[];
}

/** A gateway whose sessions or instances keep webhooks. */
export interface WebhookGateway extends SlotAccount {
	/** Value of the parameter `gateway`. */
	readonly id: 'euAtendo' | 'inboxHub' | 'waha';
	/** What to do about an answer, by its status, where the triggers' words do not fit. */
	readonly advice: Readonly<Record<number, string>>;
	/** All sessions or instances that the key may see. */
	list(context: ApiContext): Promise<GatewayTarget[]>;
	/** @param events undefined where nothing is to be registered */
	api(context: ApiContext, target: string, events: ChosenEvents | undefined): WebhookAccountApi;
	/** Throws an Error that says what to do where the credential's secret cannot be used as it is. */
	assertCredential?(credential: ICredentialDataDecryptedObject): void;
}
