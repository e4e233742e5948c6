import type { IHookFunctions } from 'n8n-workflow';
import { usableSecrets } from '../../../lib/receive/hmac';
import type { RegistrationRecord } from '../../../lib/registration/slotRegistration';

/** Where the records of what a node registered live between publishing and unpublishing. */
interface NodeState {
	registrations?: RegistrationRecord[];
}

/** What the node is registered on. */
export function recordsOf(context: IHookFunctions): RegistrationRecord[] {
	return state(context).registrations ?? [];
}

/** Keeps a record, in the place of an earlier one of the same account. */
export function keep(context: IHookFunctions, record: RegistrationRecord): void {
	forget(context, record.target);
	state(context).registrations = [...recordsOf(context), record];
}

/** Forgets an account. */
export function forget(context: IHookFunctions, target: string): void {
	const left = recordsOf(context).filter((record) => record.target !== target);
	if (left.length > 0) state(context).registrations = left;
	else delete state(context).registrations;
}

function state(context: IHookFunctions): NodeState {
	return context.getWorkflowStaticData('node') as NodeState;
}

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
