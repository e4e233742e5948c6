import { github } from './schemes/github';
import { standardWebhooks } from './schemes/standardWebhooks';
import { stripe } from './schemes/stripe';
import type { WebhookScheme } from './webhookScheme';

/** The schemes that need nothing of the user but the secret. A further one is one line here. */
export const SCHEMES: readonly WebhookScheme[] = [github, standardWebhooks.specification, stripe];
