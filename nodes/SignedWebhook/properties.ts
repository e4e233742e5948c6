import type { INodeProperties } from 'n8n-workflow';
import { isolateNotice } from '../shared/webhook/isolateAdvice';
import { triggerActions } from '../shared/actionList';
import { triggerOptionsProperty } from '../shared/webhook/triggerProperties';
import { eventOptionProperties } from './eventOptions';
import { signedWebhookTrigger } from './provider';
import { SCHEMES } from './schemes';

/** A variable, since n8n's lint takes a template's names for words. */
const SIGNED_CONTENT =
	'The content that is signed. {body} is the raw body. {timestamp} and {id} are the values at the places set below. You can also use {header:X-Name}, {query:name} and {body:path}.';

const ofCustom = { show: { scheme: ['custom'] } };
const ofSignature = { show: { scheme: ['custom'], method: ['signature'] } };

const schemeOptions = SCHEMES.map(({ name, label, secretHint }) => ({
	name: label,
	value: name,
	description: secretHint,
})).sort((a, b) => (a.name < b.name ? -1 : 1));

/** Where the provider of each scheme shows the secret. */
const secretNotices: INodeProperties[] = SCHEMES.map(
	({ name, secretHint, documentation }): INodeProperties => ({
		displayName: `Copy the Production URL above into the provider's webhook settings. Where to find the secret: ${secretHint} <a href="${documentation}" target="_blank">Learn more</a>`,
		name: `${name}Notice`,
		type: 'notice',
		default: '',
		displayOptions: { show: { scheme: [name] } },
	}),
);

/** How the sender of a custom scheme signs. */
const customProperties: INodeProperties[] = [
	{
		displayName: 'Method',
		name: 'method',
		type: 'options',
		default: 'signature',
		description: 'How the sender authenticates its deliveries',
		displayOptions: ofCustom,
		options: [
			{
				name: 'Basic Auth (Weaker)',
				value: 'basicAuth',
				description:
					'User and password in the Authorization header. Does not protect the body. Enter user:password as the secret.',
			},
			{
				name: 'Shared Token (Weaker)',
				value: 'sharedToken',
				description: 'The secret itself in a header. Does not protect the body.',
			},
			{
				name: 'Signature',
				value: 'signature',
				description: 'A signature of the body in a header',
			},
		],
	},
	{
		displayName: 'Signature Header',
		name: 'signatureHeader',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. X-Signature',
		description: 'The header that contains the signature or token',
		displayOptions: { show: { scheme: ['custom'], method: ['signature', 'sharedToken'] } },
	},
	{
		displayName: 'Algorithm',
		name: 'algorithm',
		type: 'options',
		default: 'sha256',
		description: 'The algorithm of the signature',
		displayOptions: ofSignature,
		options: [
			{ name: 'Ed25519', value: 'ed25519', description: 'The secret is the public key' },
			{
				name: 'HMAC-SHA1 (Outdated)',
				value: 'sha1',
				description: 'Only for senders that offer nothing else: SHA-1 is considered broken',
			},
			{ name: 'HMAC-SHA256', value: 'sha256' },
			{ name: 'HMAC-SHA384', value: 'sha384' },
			{ name: 'HMAC-SHA512', value: 'sha512' },
		],
	},
	{
		displayName: 'HMAC-SHA1 is outdated. Use a stronger algorithm if the sender offers one.',
		name: 'sha1Notice',
		type: 'notice',
		default: '',
		displayOptions: { show: { scheme: ['custom'], method: ['signature'], algorithm: ['sha1'] } },
	},
	{
		displayName: 'Encoding',
		name: 'encoding',
		type: 'options',
		default: 'hex',
		description: 'The encoding of the signature',
		displayOptions: ofSignature,
		options: [
			{ name: 'Base64', value: 'base64' },
			{ name: 'Base64url', value: 'base64url' },
			{ name: 'Hex', value: 'hex' },
		],
	},
	{
		displayName: 'Signature Prefix',
		name: 'signaturePrefix',
		type: 'string',
		default: '',
		placeholder: 'e.g. sha256=',
		description: 'The text before the signature in the header',
		displayOptions: ofSignature,
	},
	{
		displayName: 'Signed Content',
		name: 'signedContent',
		type: 'string',
		default: '{body}',
		placeholder: 'e.g. {timestamp}.{body}',
		description: SIGNED_CONTENT,
		displayOptions: ofSignature,
	},
	{
		displayName: 'Timestamp',
		name: 'timestampPlace',
		type: 'string',
		default: '',
		placeholder: 'e.g. header:X-Timestamp or body:sent_at',
		description:
			'Where to find the time of signing in a delivery. If set, deliveries outside the tolerance are refused.',
		displayOptions: ofSignature,
	},
	{
		displayName: 'Timestamp Unit',
		name: 'timestampUnit',
		type: 'options',
		default: 'either',
		description: 'The format of the timestamp',
		displayOptions: ofSignature,
		options: [
			{ name: 'ISO 8601', value: 'iso' },
			{ name: 'Milliseconds Since 1970', value: 'milliseconds' },
			{ name: 'Seconds or Milliseconds Since 1970', value: 'either' },
			{ name: 'Seconds Since 1970', value: 'seconds' },
		],
	},
	{
		displayName: 'Timestamp Tolerance (Seconds)',
		name: 'tolerance',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 300,
		description:
			'The max difference between the timestamp and now, in the past or future. Set to 0 to accept any time.',
		displayOptions: ofSignature,
	},
	{
		displayName: 'Event ID',
		name: 'eventIdPlace',
		type: 'string',
		default: '',
		placeholder: 'e.g. header:X-Request-Key or body:key',
		description:
			'Where to find the event ID in a delivery. It is used to recognize duplicates. Leave empty to recognize duplicates by the signed content: without a signed timestamp, the same content within five minutes is a duplicate.',
		displayOptions: ofCustom,
	},
	{
		displayName: 'Event Type',
		name: 'eventTypePlace',
		type: 'string',
		default: 'body:type',
		placeholder: 'e.g. header:X-Event or body:type',
		description: 'Where to find the event name in a delivery',
		displayOptions: ofCustom,
	},
];

/** The scheme by its label. Only the editor evaluates it. */
export const schemeSubtitle = `={{ (${JSON.stringify(
	Object.fromEntries(SCHEMES.map(({ name, label }) => [name, label])),
)})[$parameter["scheme"]] ?? "Custom" }}`;

/** A custom sender first, in the words that somebody looks for. */
const schemeActions = [
	{ name: 'Custom', value: 'custom', action: 'On a webhook signed in a custom way' },
	...SCHEMES.map(({ name, label }) => ({
		name: label,
		value: name,
		action: `On a signed webhook from ${label}`,
	})),
];

export const signedWebhookProperties: INodeProperties[] = [
	triggerActions('scheme', schemeActions),
	{
		displayName: 'Scheme',
		name: 'scheme',
		type: 'options',
		noDataExpression: true,
		default: 'standardWebhooks',
		description: 'The provider of the webhooks, or how the sender signs them',
		options: [
			{
				name: 'Custom',
				value: 'custom',
				description: 'Your own system, or a provider that is not in this list',
			},
			...schemeOptions,
		].sort((a, b) => (a.name < b.name ? -1 : 1)),
	},
	...secretNotices,
	{
		displayName: 'Secret Is',
		name: 'secretForm',
		type: 'options',
		default: 'specification',
		description:
			'The part of the secret that the sender uses as the key. Senders differ: if all deliveries are refused with signature_mismatch, the n8n log shows which choice is right.',
		displayOptions: { show: { scheme: ['standardWebhooks'] } },
		options: [
			{
				name: 'Base64 (Specification)',
				value: 'specification',
				description: 'The key is the text after whsec_, decoded from base64',
			},
			{
				name: 'Text After the Prefix',
				value: 'afterPrefix',
				description: 'The key is the text after whsec_, as used by OpenAI',
			},
			{
				name: 'Whole Text',
				value: 'wholeText',
				description: 'The key is the whole text with its prefix, as used by Polar',
			},
		],
	},
	...customProperties,
	{
		displayName: 'Events',
		name: 'events',
		type: 'string',
		required: true,
		default: '*',
		placeholder: 'e.g. charge.*, invoice.paid',
		description:
			"The events that start the workflow. Enter the provider's event names separated by commas. Use * for any text. A prefix such as 'stripe.' is optional. Add webhook.refused to also get reports of refused deliveries, which * does not include.",
	},
	triggerOptionsProperty(signedWebhookTrigger.deduplication, eventOptionProperties),
	...isolateNotice(),
];
