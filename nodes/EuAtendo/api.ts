import type { ProviderApi } from '../shared/providerApi/providerApi';
import { readKeyAndSecrets, type SlotAccount } from '../shared/registration/registrationRecords';

/** The credential: type name, under which n8n also signs in requests, and label. */
export const EVOLUTION_CREDENTIAL = {
	name: 'realtimeWebhooksEvolutionApi',
	label: 'Evolution API',
} as const;

/** Evolution API's REST interface, as errors speak of it. */
export const EVOLUTION_API: ProviderApi = {
	label: 'Evolution API',
	credential: EVOLUTION_CREDENTIAL,
	advice: {
		400: "Check the workflow's URL and the selected events.",
		401: "Check 'API Key' in the credential 'Evolution API': the server's global key, or the token of this one instance.",
		403: "The key is not allowed to do this. Check 'API Key' in the credential 'Evolution API'.",
		404: "Choose an instance that exists, and check 'Base URL' in the credential 'Evolution API'.",
		500: "See the server's log, and check that its version is 2.x.",
	},
	reason,
};

/** The server's own words: `{status, error, response: {message}}`, where a message may be lists. */
export function reason(body: unknown): string {
	if (typeof body !== 'object' || body === null) return '';
	const { response, message, error } = body as Record<string, unknown>;
	const inner = typeof response === 'object' && response !== null ? response : {};
	const words = [(inner as { message?: unknown }).message ?? message].flat(3);
	const said = words.filter((word) => typeof word === 'string').join('; ');
	return said === '' && typeof error === 'string' ? error : said;
}

/** Evolution API, which keeps one webhook for each instance. */
export const evolutionAccount: SlotAccount = {
	label: 'Evolution API',
	credential: { ...EVOLUTION_CREDENTIAL, keyField: 'API Key', secretField: 'Webhook Secret' },
	slotName: 'instance',
	// The server is often in the same network as n8n.
	publicHttpsOnly: false,
	read: readKeyAndSecrets,
};
