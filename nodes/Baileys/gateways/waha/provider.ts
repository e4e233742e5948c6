import { hmacVerdict, type WebhookSecrets } from '../../../../lib/receive/hmac';
import {
	headerValues,
	type Delivery,
	type Verdict,
	type WebhookProvider,
} from '../../../../lib/receive/provider';
import { webhookSecrets } from '../../../shared/webhook/triggerSettings';
import type { WebhookTrigger } from '../../../shared/webhook/webhookTrigger';
import { WAHA_CREDENTIAL } from './api';
import { identifyWaha, WAHA } from './identify';
import { wahaRegistration } from './registration';

const SIGNATURE_HEADER = 'x-webhook-hmac';

/** The only algorithm that WAHA knows; to believe a header that names another would be a hole. */
const ALGORITHM = 'sha512';

/**
 * WAHA, a WhatsApp gateway on Baileys (its engine NOWEB), whatsmeow (GOWS) or a browser (WEBJS). It
 * signs the body with HMAC-SHA512 in hex. The headers with time and request id are not signed, so
 * only deduplication stops a replay.
 *
 * @see https://waha.devlike.pro/docs/how-to/events/#hmac-authentication
 */
export const wahaProvider: WebhookProvider<WebhookSecrets> = {
	name: WAHA,
	verify,
	identify: identifyWaha,
};

function verify(delivery: Delivery, settings: WebhookSecrets): Verdict {
	const { headers } = delivery;
	const named = headerValues(headers, 'x-webhook-hmac-algorithm');
	const isSigned = headerValues(headers, SIGNATURE_HEADER).length > 0;
	if (isSigned && named.some((name) => name.toLowerCase() !== ALGORITHM)) {
		return { result: 'refused', reason: 'signature_malformed' };
	}
	return hmacVerdict(ALGORITHM, [SIGNATURE_HEADER], delivery, settings);
}

/** WAHA as the Baileys Trigger sees it. */
export const wahaTrigger: WebhookTrigger<WebhookSecrets> = {
	provider: () => wahaProvider,
	credential: { ...WAHA_CREDENTIAL, secretField: 'Webhook Secret' },
	// WAHA repeats whatever is not 2xx, for hours where it is told to.
	deduplication: { windowHours: 24, capacity: 2000 },
	settings: webhookSecrets,
	/** Only asked for when a workflow is published or unpublished; n8n's start need not load it. */
	get registration() {
		return wahaRegistration;
	},
};
