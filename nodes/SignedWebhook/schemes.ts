import { calendly } from './schemes/calendly';
import { convoy } from './schemes/convoy';
import { discord } from './schemes/discord';
import { frappe } from './schemes/frappe';
import { github } from './schemes/github';
import { hook0 } from './schemes/hook0';
import { line } from './schemes/line';
import { linear } from './schemes/linear';
import { mercadoPago } from './schemes/mercadoPago';
import { meta } from './schemes/meta';
import { paddle } from './schemes/paddle';
import { pusher } from './schemes/pusher';
import { shopify } from './schemes/shopify';
import { slack } from './schemes/slack';
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
	convoy,
	discord,
	frappe,
	github,
	hook0,
	line,
	linear,
	mercadoPago,
	meta,
	paddle,
	pusher,
	shopify,
	slack,
	standardWebhooks.specification,
	stripe,
	twilio,
	typeform,
	wooCommerce,
	zoom,
];
