import { createHash, createHmac, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import type { Sent } from '../conformance/provider.mts';
import { senders, type Signing } from './signedSenders.mts';

/** How a delivery is to be signed. */
export interface SigningOptions {
	/** @default now */
	readonly sentAt?: Date;
	/** Of the event or the delivery, where it stands in a header. @default one for each body */
	readonly id?: string;
	/** Name of the event, where it stands in a header. */
	readonly name?: string;
	/** What the provider was told, without a query, where that is signed. */
	readonly url?: string;
}

/** A delivery as a provider sends it. */
export interface SignedRequest {
	/** Names in lower case. */
	readonly headers: Readonly<Record<string, string>>;
	/** With its question mark; empty where there is none. */
	readonly query: string;
	/** What was given, unless the provider writes something into it. */
	readonly body: Buffer;
}

/**
 * Signs as a provider does. Written from its documentation, without our own code, and held against its
 * own library where there is one (`test/core/vendorSchemes.test.mts`).
 */
export type Signer = (
	body: string | Buffer,
	secret: string,
	options?: SigningOptions,
) => SignedRequest;

/** A provider as tests play it. */
export interface SignedSender {
	readonly sign: Signer;
	/** What the credential holds where the provider signs with this secret. @default the same */
	readonly credential?: (secret: string) => string;
	readonly verification: string;
	/** The header that holds the signature. */
	readonly signatureHeader: string;
	/** Where the time of signing stands; undefined: nowhere where it is signed. */
	readonly time?: { readonly header: string } | 'body';
	/** The header of an id that the signature covers. */
	readonly signedIdHeader?: string;
	/** False where the signature does not cover the body. */
	readonly bodyIsSigned?: false;
	/** Whether an answer says this of the event. @default `{duplicate: true}`, `{ignored: true}` */
	readonly says?: (word: 'duplicate' | 'ignored', answer: Answered) => boolean;
	/** Parameters of the node's options that it needs. */
	readonly options?: Readonly<Record<string, string>>;
	/** A delivery of an event that everybody knows. */
	readonly known: SampleEvent;
	/** One of an event whose name is new. */
	readonly unknown: SampleEvent;
}

interface Answered {
	readonly headers: Headers;
	readonly json: unknown;
}

export interface SampleEvent {
	/** `type` of the envelope. */
	readonly type: string;
	readonly options?: SigningOptions;
	/** JSON; of another id is another event. */
	body(id: string): string;
}

type Encoding = 'hex' | 'base64';

export const PUBLIC_URL = 'https://hooks.example.com/webhook';

const JSON_TYPE = { 'content-type': 'application/json' };

function hmac(algorithm: string, key: string | Buffer, encoding: Encoding, ...pieces: unknown[]) {
	const signing = createHmac(algorithm, key);
	for (const piece of pieces) signing.update(Buffer.isBuffer(piece) ? piece : String(piece));
	return signing.digest(encoding);
}

const bytes = (body: string | Buffer) => (typeof body === 'string' ? Buffer.from(body) : body);

const seconds = (sentAt = new Date()) => Math.floor(sentAt.getTime() / 1000);

const idOf = (body: Buffer, { id }: SigningOptions) =>
	id ?? createHash('sha256').update(body).digest('hex').slice(0, 32);

/** A signature over the body alone, in a header. */
function overBody(
	header: string,
	encoding: Encoding,
	prefix: string,
	others: (body: Buffer, options: SigningOptions) => Record<string, string> = () => ({}),
): Signer {
	return (text, secret, options = {}) => {
		const body = bytes(text);
		const signature = prefix + hmac('sha256', secret, encoding, body);
		return {
			headers: { ...JSON_TYPE, [header]: signature, ...others(body, options) },
			query: '',
			body,
		};
	};
}

/** `t=…,v1=…` in a header. */
function inParts(header: string, time: string, name: string, separator: string, between: string) {
	const signer: Signer = (text, secret, { sentAt } = {}) => {
		const body = bytes(text);
		const at = seconds(sentAt);
		const signature = hmac('sha256', secret, 'hex', at, between, body);
		const value = `${time}=${at}${separator}${name}=${signature}`;
		return { headers: { ...JSON_TYPE, [header]: value }, query: '', body };
	};
	return signer;
}

/** A sender of `signedSenders.mts`. */
function sentBy(send: (body: string, signing: Signing) => Sent): Signer {
	return (text, secret, { sentAt } = {}) => {
		const body = bytes(text);
		const signing = { secret, ...(sentAt === undefined ? {} : { at: sentAt }) };
		const { headers, query = '' } = send(body.toString('utf8'), signing);
		return { headers: { ...JSON_TYPE, ...headers }, query, body };
	};
}

/** A key of Ed25519 for each text, in the DER of RFC 8410. */
function ed25519Key(secret: string) {
	const seed = createHash('sha256').update(secret).digest();
	const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
	return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

/** The public key that belongs to it, in hex. */
export function ed25519PublicKey(secret: string): string {
	const spki = createPublicKey(ed25519Key(secret)).export({ format: 'der', type: 'spki' });
	return spki.subarray(-32).toString('hex');
}

/** Signs as Twilio does: JSON by the digest in the query, everything else as a form. */
function signTwilio(
	text: string | Buffer,
	secret: string,
	{ id, url = PUBLIC_URL }: SigningOptions = {},
	algorithm = 'sha1',
): SignedRequest {
	const body = bytes(text);
	const isJson = /^\s*[[{"]/.test(body.toString('utf8'));
	const query = isJson ? `?bodySHA256=${createHash('sha256').update(body).digest('hex')}` : '';
	const form = new URLSearchParams(isJson ? '' : body.toString('utf8'));
	const fields = [...new Set(form.keys())]
		.sort()
		.flatMap((name) => [...new Set(form.getAll(name))].sort().map((value) => name + value));
	return {
		headers: {
			'content-type': isJson ? 'application/json' : 'application/x-www-form-urlencoded',
			'x-twilio-signature': hmac(algorithm, secret, 'base64', url + query, ...fields),
			'i-twilio-idempotency-token': idOf(body, { id }),
		},
		query,
		body,
	};
}

/** The same with a shared key and SHA-256. */
export const signTwilioShared: Signer = (body, secret, options) => {
	const { headers, ...sent } = signTwilio(body, secret, options, 'sha256');
	return {
		...sent,
		headers: {
			...headers,
			'x-twilio-webhooks-signature-settings': 'key=webhooks_sharedkey_1,algorithm=HMAC_SHA256',
		},
	};
};

const json = (value: object) => JSON.stringify(value);

/** Every scheme of the Signed Webhook Trigger, by its name. A scheme without its sender fails a test. */
export const SENDERS = {
	calendly: {
		sign: inParts('calendly-webhook-signature', 't', 'v1', ',', '.'),
		verification: 'hmac-sha256',
		signatureHeader: 'calendly-webhook-signature',
		time: { header: 'calendly-webhook-signature' },
		known: {
			type: 'calendly.invitee.created',
			body: (id) => calendlyBody('invitee.created', id),
		},
		unknown: {
			type: 'calendly.invitee.teleported',
			body: (id) => calendlyBody('invitee.teleported', id),
		},
	},
	convoy: {
		sign: sentBy(senders.convoy),
		verification: 'hmac-sha256',
		signatureHeader: 'x-convoy-signature',
		time: { header: 'x-convoy-signature' },
		known: { type: 'convoy.charge.success', body: (id) => json({ event: 'charge.success', id }) },
		unknown: { type: 'convoy.unknown', body: (id) => json({ id }) },
	},
	discord: {
		sign: (text, secret, { sentAt } = {}) => {
			const body = bytes(text);
			const at = String(seconds(sentAt));
			const signature = sign(null, Buffer.concat([Buffer.from(at), body]), ed25519Key(secret));
			return {
				headers: {
					...JSON_TYPE,
					'x-signature-ed25519': signature.toString('hex'),
					'x-signature-timestamp': at,
				},
				query: '',
				body,
			};
		},
		credential: ed25519PublicKey,
		verification: 'ed25519',
		signatureHeader: 'x-signature-ed25519',
		time: { header: 'x-signature-timestamp' },
		known: {
			type: 'discord.APPLICATION_COMMAND.order',
			body: (id) =>
				json({ id, application_id: '11', type: 2, version: 1, data: { name: 'order' } }),
		},
		unknown: {
			type: 'discord.INTERACTION_99',
			body: (id) => json({ id, application_id: '11', type: 99, version: 1, data: {} }),
		},
	},
	frappe: {
		sign: sentBy(senders.frappe),
		verification: 'hmac-sha256',
		signatureHeader: 'x-frappe-webhook-signature',
		known: { type: 'frappe.Sales Order', body: (id) => frappeBody('Sales Order', id) },
		unknown: { type: 'frappe.Rocket', body: (id) => frappeBody('Rocket', id) },
	},
	github: {
		sign: overBody('x-hub-signature-256', 'hex', 'sha256=', (body, options) => ({
			'x-github-delivery': idOf(body, options),
			'x-github-event': options.name ?? 'issues',
		})),
		verification: 'hmac-sha256',
		signatureHeader: 'x-hub-signature-256',
		known: { type: 'github.issues', body: githubBody },
		unknown: {
			type: 'github.moon_landing',
			options: { name: 'moon_landing' },
			body: githubBody,
		},
	},
	hook0: {
		sign: (text, secret, options = {}) =>
			sentBy((body, signing) =>
				senders.hook0(body, signing, {
					...JSON_TYPE,
					'x-event-id': idOf(bytes(body), options),
					'x-event-type': options.name ?? 'billing.invoice.paid',
				}),
			)(text, secret, options),
		verification: 'hmac-sha256',
		signatureHeader: 'x-hook0-signature',
		time: { header: 'x-hook0-signature' },
		signedIdHeader: 'x-event-id',
		known: { type: 'hook0.billing.invoice.paid', body: (id) => json({ data: { id } }) },
		unknown: {
			type: 'hook0.billing.invoice.framed',
			options: { name: 'billing.invoice.framed' },
			body: (id) => json({ data: { id } }),
		},
	},
	line: {
		sign: sentBy(senders.line),
		verification: 'hmac-sha256',
		signatureHeader: 'x-line-signature',
		known: { type: 'line.message', body: (id) => lineBody('message', id) },
		unknown: { type: 'line.teleport', body: (id) => lineBody('teleport', id) },
	},
	linear: {
		sign: (text, secret, options = {}) => {
			const { sentAt = new Date() } = options;
			const given = JSON.parse(text.toString()) as unknown;
			const fields = typeof given === 'object' && !Array.isArray(given) ? given : { given };
			const body = Buffer.from(json({ ...fields, webhookTimestamp: sentAt.getTime() }));
			return overBody('linear-signature', 'hex', '', () => ({
				'linear-delivery': idOf(bytes(text), options),
				'linear-event': options.name ?? 'Issue',
			}))(body, secret);
		},
		verification: 'hmac-sha256',
		signatureHeader: 'linear-signature',
		time: 'body',
		known: { type: 'linear.Issue.create', body: (id) => linearBody('Issue', id) },
		unknown: { type: 'linear.Rocket.create', body: (id) => linearBody('Rocket', id) },
	},
	mercadoPago: {
		sign: (text, secret, options = {}) =>
			sentBy((body, signing) =>
				senders.mercadoPago(body, signing, { requestId: idOf(bytes(body), options) }),
			)(text, secret, options),
		verification: 'hmac-sha256',
		signatureHeader: 'x-signature',
		time: { header: 'x-signature' },
		signedIdHeader: 'x-request-id',
		bodyIsSigned: false,
		known: { type: 'mercadoPago.payment.created', body: (id) => mercadoPagoBody('created', id) },
		unknown: { type: 'mercadoPago.payment.framed', body: (id) => mercadoPagoBody('framed', id) },
	},
	meta: {
		sign: sentBy(senders.meta),
		verification: 'hmac-sha256',
		signatureHeader: 'x-hub-signature-256',
		known: { type: 'meta.whatsapp.messages.text', body: (id) => whatsAppBody('text', id) },
		unknown: { type: 'meta.whatsapp.messages.scent', body: (id) => whatsAppBody('scent', id) },
	},
	paddle: {
		sign: inParts('paddle-signature', 'ts', 'h1', ';', ':'),
		verification: 'hmac-sha256',
		signatureHeader: 'paddle-signature',
		time: { header: 'paddle-signature' },
		known: {
			type: 'paddle.transaction.paid',
			body: (id) => paddleBody('transaction.paid', id),
		},
		unknown: {
			type: 'paddle.transaction.framed',
			body: (id) => paddleBody('transaction.framed', id),
		},
	},
	pusher: {
		sign: sentBy((body, signing) => senders.pusher(body, signing)),
		verification: 'hmac-sha256',
		signatureHeader: 'x-pusher-signature',
		known: { type: 'pusher.channel_occupied', body: (id) => pusherBody('channel_occupied', id) },
		unknown: { type: 'pusher.channel_framed', body: (id) => pusherBody('channel_framed', id) },
	},
	shopify: {
		sign: overBody('x-shopify-hmac-sha256', 'base64', '', (body, options) => ({
			'x-shopify-api-version': '2026-10',
			'x-shopify-event-id': idOf(body, options),
			'x-shopify-webhook-id': `delivery-${idOf(body, options)}`,
			'x-shopify-shop-domain': 'invented.myshopify.com',
			'x-shopify-topic': options.name ?? 'orders/create',
			'x-shopify-triggered-at': '2026-11-29T17:00:00.123456789Z',
		})),
		verification: 'hmac-sha256',
		signatureHeader: 'x-shopify-hmac-sha256',
		known: { type: 'shopify.orders/create', body: shopifyBody },
		unknown: {
			type: 'shopify.orders/framed',
			options: { name: 'orders/framed' },
			body: shopifyBody,
		},
	},
	slack: {
		sign: sentBy(senders.slack),
		verification: 'hmac-sha256',
		signatureHeader: 'x-slack-signature',
		time: { header: 'x-slack-request-timestamp' },
		says: (word, { headers }) => headers.get('x-webhook-outcome') === word,
		known: { type: 'slack.app_mention', body: (id) => slackBody('app_mention', id) },
		unknown: { type: 'slack.app_framed', body: (id) => slackBody('app_framed', id) },
	},
	standardWebhooks: {
		sign: (text, secret, options = {}) => {
			const body = bytes(text);
			const id = idOf(body, options);
			const at = seconds(options.sentAt);
			const signature = hmac('sha256', secret, 'base64', id, '.', at, '.', body);
			return {
				headers: {
					...JSON_TYPE,
					'webhook-id': id,
					'webhook-timestamp': String(at),
					'webhook-signature': `v1,${signature}`,
				},
				query: '',
				body,
			};
		},
		credential: (secret) => `whsec_${Buffer.from(secret).toString('base64')}`,
		verification: 'hmac-sha256',
		signatureHeader: 'webhook-signature',
		time: { header: 'webhook-timestamp' },
		signedIdHeader: 'webhook-id',
		known: { type: 'webhook.invoice.paid', body: (id) => json({ type: 'invoice.paid', id }) },
		unknown: { type: 'webhook.unknown', body: (id) => json({ id }) },
	},
	stripe: {
		sign: inParts('stripe-signature', 't', 'v1', ',', '.'),
		verification: 'hmac-sha256',
		signatureHeader: 'stripe-signature',
		time: { header: 'stripe-signature' },
		known: { type: 'stripe.charge.succeeded', body: (id) => stripeBody('charge.succeeded', id) },
		unknown: { type: 'stripe.charge.framed', body: (id) => stripeBody('charge.framed', id) },
	},
	twilio: {
		sign: (body, secret, options) => signTwilio(body, secret, options),
		verification: 'hmac-sha1',
		signatureHeader: 'x-twilio-signature',
		// TwiML, in a comment.
		says: (word, { json: text }) => String(text).includes(`<!-- ${word} -->`),
		options: { publicUrl: PUBLIC_URL },
		known: { type: 'twilio.onMessageAdded', body: (id) => twilioBody('onMessageAdded', id) },
		unknown: { type: 'twilio.onMoonLanding', body: (id) => twilioBody('onMoonLanding', id) },
	},
	typeform: {
		sign: overBody('typeform-signature', 'base64', 'sha256='),
		verification: 'hmac-sha256',
		signatureHeader: 'typeform-signature',
		known: { type: 'typeform.form_response', body: (id) => typeformBody('form_response', id) },
		unknown: { type: 'typeform.form_framed', body: (id) => typeformBody('form_framed', id) },
	},
	wooCommerce: {
		sign: overBody('x-wc-webhook-signature', 'base64', '', (body, options) => ({
			'x-wc-webhook-delivery-id': idOf(body, options),
			'x-wc-webhook-id': '7',
			'x-wc-webhook-source': 'https://shop.example.com/',
			'x-wc-webhook-topic': options.name ?? 'order.created',
		})),
		verification: 'hmac-sha256',
		signatureHeader: 'x-wc-webhook-signature',
		known: { type: 'wooCommerce.order.created', body: (id) => json({ id: 727, order_key: id }) },
		unknown: {
			type: 'wooCommerce.order.framed',
			options: { name: 'order.framed' },
			body: (id) => json({ id: 727, order_key: id }),
		},
	},
	zoom: {
		sign: (text, secret, { sentAt } = {}) => {
			const body = bytes(text);
			const at = String(seconds(sentAt));
			return {
				headers: {
					...JSON_TYPE,
					'x-zm-request-timestamp': at,
					'x-zm-signature': `v0=${hmac('sha256', secret, 'hex', 'v0:', at, ':', body)}`,
				},
				query: '',
				body,
			};
		},
		verification: 'hmac-sha256',
		signatureHeader: 'x-zm-signature',
		time: { header: 'x-zm-request-timestamp' },
		known: { type: 'zoom.meeting.started', body: (id) => zoomBody('meeting.started', id) },
		unknown: { type: 'zoom.meeting.framed', body: (id) => zoomBody('meeting.framed', id) },
	},
} as const satisfies Readonly<Record<string, SignedSender>>;

export type SchemeName = keyof typeof SENDERS;

export const SCHEME_NAMES = Object.keys(SENDERS) as readonly SchemeName[];

/** A sender with all that it may have. */
export function senderOf(name: SchemeName): SignedSender {
	return SENDERS[name];
}

/** `signers[name](body, secret, options)`, for those who need no more of it. */
export const signers = Object.fromEntries(
	SCHEME_NAMES.map((name) => [name, SENDERS[name].sign]),
) as Readonly<Record<SchemeName, Signer>>;

/** What a user enters as the secret where the provider signs with this one. */
export function credentialSecret(name: SchemeName, secret: string): string {
	return senderOf(name).credential?.(secret) ?? secret;
}

function calendlyBody(event: string, id: string): string {
	return json({
		event,
		created_at: '2026-11-29T17:00:00.000000Z',
		payload: { uri: `https://api.calendly.com/scheduled_events/1/invitees/${id}` },
	});
}

function frappeBody(doctype: string, id: string): string {
	return json({ doctype, name: id, modified: '2026-11-29 17:00:00.123456' });
}

function lineBody(type: string, id: string): string {
	return json({
		destination: 'Ubot',
		events: [{ type, webhookEventId: id, timestamp: 1764435600000, mode: 'active' }],
	});
}

function mercadoPagoBody(action: string, id: string): string {
	return json({ id, type: 'payment', action: `payment.${action}`, data: { id: '123' } });
}

function pusherBody(name: string, id: string): string {
	return json({ time_ms: 1764435600000, events: [{ name, channel: id }] });
}

function slackBody(type: string, id: string): string {
	return json({ type: 'event_callback', team_id: 'T1', event_id: id, event: { type } });
}

function whatsAppBody(type: string, id: string): string {
	const messages = [{ id, from: '34600000000', timestamp: '1764435600', type }];
	const value = { messaging_product: 'whatsapp', metadata: { phone_number_id: '106' }, messages };
	return json({
		object: 'whatsapp_business_account',
		entry: [{ id: 'WABA', changes: [{ field: 'messages', value }] }],
	});
}

function githubBody(id: string): string {
	return json({ action: 'opened', issue: { node_id: id }, repository: { full_name: 'a/b' } });
}

function linearBody(type: string, id: string): string {
	return json({ action: 'create', type, organizationId: 'org1', data: { id } });
}

function paddleBody(type: string, id: string): string {
	return json({
		event_id: `evt_${id}`,
		event_type: type,
		occurred_at: '2026-11-29T17:00:00.000000Z',
		data: { id: 'txn_1' },
	});
}

function shopifyBody(id: string): string {
	return json({ id: '820982911946154508', name: id });
}

function stripeBody(type: string, id: string): string {
	return json({
		id: `evt_${id}`,
		object: 'event',
		type,
		created: 1764435600,
		data: { object: { id: 'ch_1' } },
	});
}

function twilioBody(type: string, id: string): string {
	return json({ EventType: type, AccountSid: 'AC1', ConversationSid: 'CH1', MessageSid: id });
}

function typeformBody(type: string, id: string): string {
	return json({
		event_id: id,
		event_type: type,
		form_response: { form_id: 'form1', token: 'token1', submitted_at: '2026-11-29T17:00:00Z' },
	});
}

function zoomBody(event: string, id: string): string {
	return json({
		event,
		event_ts: 1764435600000,
		payload: { account_id: 'account1', object: { uuid: id } },
	});
}
