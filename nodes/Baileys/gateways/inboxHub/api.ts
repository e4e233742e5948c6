import {
	callProvider,
	type ApiContext,
	type ApiRequest,
} from '../../../shared/providerApi/providerApi';
import {
	readKeyAndSecrets,
	type SlotAccount,
} from '../../../shared/registration/registrationRecords';

/** The credential: type name, under which n8n also signs in requests, and label. */
export const INBOX_HUB_CREDENTIAL = {
	name: 'realtimeWebhooksInboxHubApi',
	label: 'Inbox Hub API',
} as const;

const API = {
	label: 'Inbox Hub',
	credential: INBOX_HUB_CREDENTIAL,
	advice: {
		401: "Check 'API Key' in the credential 'Inbox Hub API'.",
		403: "The API key is not allowed to use this session. Check 'API Key' in the credential 'Inbox Hub API'.",
		404: "Choose a session that exists in 'Session', by its numeric ID.",
		429: 'Inbox Hub limits how often it can be called. Wait 15 minutes and publish again.',
	},
	reason,
};

/**
 * Calls Inbox Hub's API with the credential's key.
 *
 * @param what the purpose, for the error: "Inbox Hub could not <what>"
 * @returns the answer's body
 * @throws {NodeOperationError} that says what happened and what to do
 */
export async function callInboxHub(
	context: ApiContext,
	what: string,
	options: ApiRequest,
): Promise<unknown> {
	return await callProvider(API, context, what, options);
}

/** Inbox Hub's own words: `{success: false, error, code}`. */
function reason(body: unknown): string {
	if (typeof body !== 'object' || body === null) return '';
	const { error, code, message } = body as Record<string, unknown>;
	return [error ?? message, code].filter((word) => typeof word === 'string').join(', ');
}

/** Inbox Hub, which keeps one webhook for each session. */
export const inboxHubAccount: SlotAccount = {
	label: 'Inbox Hub',
	credential: { ...INBOX_HUB_CREDENTIAL, keyField: 'API Key', secretField: 'Webhook Secret' },
	slotName: 'session',
	publicHttpsOnly: true,
	read: readKeyAndSecrets,
};
