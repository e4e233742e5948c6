import type { ProviderApi } from '../../../shared/providerApi/providerApi';
import {
	readKeyAndSecrets,
	type SlotAccount,
} from '../../../shared/registration/registrationRecords';

/** The credential: type name, under which n8n also signs in requests, and label. */
export const WAHA_CREDENTIAL = { name: 'realtimeWebhooksWahaApi', label: 'WAHA API' } as const;

/** WAHA's REST API; an answer that is no success holds NestJS's `{statusCode, message, error}`. */
export const WAHA_API: ProviderApi = {
	label: 'WAHA',
	credential: WAHA_CREDENTIAL,
	advice: {
		401: "Check 'API Key' in the credential 'WAHA API'.",
		403: "The API key is not allowed to use this session. Check 'API Key' in the credential 'WAHA API'.",
		404: "Choose a session that exists in 'Session', by its name, or create it in WAHA first.",
		422: "Check 'Session' and the version of WAHA.",
	},
	reason,
};

/** `message` is a text, or a list of what a request got wrong. */
function reason(body: unknown): string {
	if (typeof body !== 'object' || body === null) return '';
	const { message, error } = body as Record<string, unknown>;
	const words = [message ?? error].flat();
	return words.filter((word) => typeof word === 'string').join(', ');
}

/** WAHA, which keeps a list of webhooks for each session. */
export const wahaAccount: SlotAccount = {
	label: 'WAHA',
	credential: { ...WAHA_CREDENTIAL, keyField: 'API Key', secretField: 'Webhook Secret' },
	slotName: 'session',
	// WAHA mostly runs in the same network as n8n.
	publicHttpsOnly: false,
	read: readKeyAndSecrets,
};
