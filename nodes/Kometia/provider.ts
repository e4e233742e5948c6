import { type IWebhookFunctions, NodeOperationError, type IHookFunctions } from 'n8n-workflow';
import { parseJson } from '../../lib/event/json';
import { sharedTokenVerdict } from '../../lib/receive/hmac';
import {
	type Delivery,
	MalformedBodyError,
	type Verdict,
	type WebhookProvider,
} from '../../lib/receive/provider';
import type { WebhookTrigger } from '../shared/webhook/webhookTrigger';
import { eventPathProblem } from './fetchEvent';
import { identifyKometia, KOMETIA, readEvent } from './identify';
import { lookUp, withoutId, readLookupOptions } from './lookUp';
import {
	type KometiaSettings,
	assertKometiaCredential,
	KOMETIA_CREDENTIAL,
	kometiaSettings,
} from './settings';

/**
 * Kometia (kometia.com), a shop platform. It signs nothing: what its guide offers is to ask its API
 * for the event, so that is the check, and what the API gives is the event. A secret in the
 * webhook's URL, where the user chose one, is checked before anything is asked.
 */
function kometiaProvider(context: IWebhookFunctions): WebhookProvider<KometiaSettings> {
	return {
		name: KOMETIA,
		async verify(delivery, settings) {
			const refused = urlSecretRefusal(delivery, settings);
			if (refused !== undefined) return refused;
			const id = readId(delivery);
			if (typeof id !== 'string') return id ?? withoutId(context);
			return await lookUp(context, settings, id);
		},
		identify: (body, delivery, { settings }) =>
			identifyKometia(body, delivery, settings?.store ?? null),
	};
}

function urlSecretRefusal(
	{ query }: Delivery,
	{ urlSecrets }: KometiaSettings,
): Verdict | undefined {
	if (urlSecrets.length === 0) return undefined;
	const sent = [query.secret].flat().filter((value) => typeof value === 'string');
	const verdict = sharedTokenVerdict(sent, { secrets: urlSecrets });
	return verdict.result === 'verified' ? undefined : verdict;
}

/**
 * The id to look up; all else of the delivery is not believed.
 *
 * @returns null where it names no event that could be asked for
 */
function readId({ rawBody }: Delivery): string | Verdict | null {
	try {
		return readEvent(parseJson(rawBody)).id;
	} catch (error) {
		const detail = error instanceof MalformedBodyError ? error.message : 'body: not valid JSON';
		return { result: 'malformed', detail };
	}
}

/** Kometia as its trigger node sees it. */
export const kometiaTrigger: WebhookTrigger<KometiaSettings> = {
	provider: kometiaProvider,
	credential: { ...KOMETIA_CREDENTIAL, secretField: 'API Key' },
	// Kometia repeats hourly for 2 days. Only what it got no answer to comes again, so this is ample.
	deduplication: { windowHours: 72, capacity: 5000 },
	settings: kometiaSettings,
	assertCredential: assertKometiaCredential,
	assertParameters,
};

function assertParameters(context: IHookFunctions): void {
	const { eventPath } = readLookupOptions(context);
	const problem = eventPathProblem(eventPath);
	if (problem === undefined) return;
	throw new NodeOperationError(
		context.getNode(),
		`'Event Path' can't be used: ${problem}. Enter a path such as /events/{id}.`,
	);
}
