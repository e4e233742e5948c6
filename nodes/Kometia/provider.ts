import type { IWebhookFunctions } from 'n8n-workflow';
import {
	type Delivery,
	MalformedBodyError,
	type Verdict,
	type WebhookProvider,
} from '../../lib/receive/provider';
import { parseJson } from '../../lib/event/json';
import { sharedTokenVerdict } from '../../lib/receive/hmac';
import { identifyKometia, KOMETIA } from './identify';
import { lookUp, withoutId } from './lookUp';
import { readEvent } from './readEvent';
import type { KometiaSettings } from './settings';

/**
 * Kometia (kometia.com), a shop platform. It signs nothing: what its guide offers is to ask its API
 * for the event, so that is the check, and what the API gives is the event. A secret in the
 * webhook's URL, where the user chose one, is checked before anything is asked.
 */
export function kometiaProvider(context: IWebhookFunctions): WebhookProvider<KometiaSettings> {
	let storeOfUrl: string | null = null;
	return {
		name: KOMETIA,
		async verify(delivery, settings) {
			storeOfUrl = settings.store;
			const refused = urlSecretRefusal(delivery, settings);
			if (refused !== undefined) return refused;
			const id = readId(delivery);
			if (typeof id !== 'string') return id ?? withoutId(context);
			return await lookUp(context, settings, id);
		},
		identify: (body, delivery) => identifyKometia(body, delivery, storeOfUrl),
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
