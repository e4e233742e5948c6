import { calendly } from './schemes/calendly';
import { discord } from './schemes/discord';
import { github } from './schemes/github';
import { linear } from './schemes/linear';
import { paddle } from './schemes/paddle';
import { shopify } from './schemes/shopify';
import { standardWebhooks } from './schemes/standardWebhooks';
import { stripe } from './schemes/stripe';
import { twilio } from './schemes/twilio';
import { typeform } from './schemes/typeform';
import { wooCommerce } from './schemes/wooCommerce';
import { zoom } from './schemes/zoom';
import type { WebhookScheme } from './webhookScheme';

/** The schemes that need nothing of the user but the secret. A further one is one line here. */
export const SCHEMES: readonly WebhookScheme[] = [
	calendly,
	discord,
	github,
	linear,
	paddle,
	shopify,
	standardWebhooks.specification,
	stripe,
	twilio,
	typeform,
	wooCommerce,
	zoom,
];
