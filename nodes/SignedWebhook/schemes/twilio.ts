import { createHash } from 'node:crypto';
import { parse as parseQuery, stringify as writeQuery } from 'node:querystring';
import type { Answer, Outcome } from '../../../lib/receive/provider';
import { textKeys } from '../../../lib/signature/secretKeys';
import type { KeyReader, SignedContent } from '../../../lib/signature/signatureScheme';
import { textAt, type PlaceSource, type ValuePlace } from '../../../lib/signature/valuePlace';
import { formFields } from '../parseBody';
import type { WebhookScheme } from '../webhookScheme';

const readers: readonly KeyReader[] = [textKeys('sha1'), textKeys('sha256')];

/** The auth token, or the secret of a shared key: which of the two, the signature itself shows. */
const keys: KeyReader = (secret) => readers.flatMap((read) => read(secret));

/** TwiML that does nothing, as an answer to a message or a call must be. */
const twiml = (comment = ''): Answer => ({
	status: 200,
	headers: { 'Content-Type': 'text/xml; charset=utf-8' },
	body: `<?xml version="1.0" encoding="UTF-8"?><Response>${comment}</Response>`,
});

/** What happened, by the field that says it and the resource that it is about; the first one counts. */
const STATUSES: ReadonlyArray<readonly [ValuePlace, string]> = [
	['body:RecordingStatus', 'recording'],
	['body:TranscriptionStatus', 'transcription'],
	['body:MessageStatus', 'message'],
	['body:SmsStatus', 'message'],
	['body:CallStatus', 'call'],
	['body:StatusCallbackEvent', 'status'],
];

/**
 * Twilio: the URL and the fields of the form, or the URL with the digest of the body; with SHA-1 and the
 * auth token, or with a shared key. Fields are written without anything between them: what is signed is
 * held against repeats too, however a body divides it.
 *
 * @see https://www.twilio.com/docs/usage/webhooks/webhooks-security
 * @see https://github.com/twilio/twilio-node/blob/main/src/webhooks/webhooks.ts
 */
export const twilio: WebhookScheme = {
	name: 'twilio',
	label: 'Twilio',
	source: '/twilio',
	secretHint:
		'In the Twilio Console: Account Dashboard > Account Info, Auth Token. For webhooks with a shared key, the secret of that key.',
	documentation: 'https://www.twilio.com/docs/usage/webhooks/webhooks-security',
	repeats:
		'Twilio waits 15 seconds, and repeats a delivery only when the URL asks for it, such as with #rc=3.',
	answer,
	variants: [
		{
			signature: {
				signature: {
					headers: ['x-twilio-signature'],
					form: 'whole',
					named: {
						sha1: { algorithm: 'sha1', encoding: 'base64' },
						sha256: { algorithm: 'sha256', encoding: 'base64' },
					},
				},
				signed: [
					signedUrl((url) => withoutPort(url)),
					signedUrl((url) => withPort(url)),
					// As clients write a URL with characters that belong into none, and as Twilio once did.
					signedUrl((url) => unlessSame(url, withoutPort(normalised(url)))),
					signedUrl((url) => unlessSame(url, withPort(normalised(url)))),
					signedUrl((url) => unlessSame(url, withoutPort(legacy(url)))),
					signedUrl((url) => unlessSame(url, withPort(legacy(url)))),
				],
				keys,
			},
			event: {
				name: ['body:EventType', statusName],
				id: ['header:i-twilio-idempotency-token'],
				idIsSigned: false,
				subject: [
					'body:RecordingSid',
					'body:MessageSid',
					'body:CallSid',
					'body:ConversationSid',
					'body:ConferenceSid',
				],
				account: ['body:AccountSid'],
			},
		},
	],
};

function signedUrl(spelled: (url: string) => string | undefined): SignedContent {
	return (source) => {
		const { url, rawBody } = source.delivery;
		const address = url?.();
		if (address === undefined || !URL.canParse(address)) return undefined;
		const spelling = spelled(address);
		if (spelling === undefined) return undefined;
		const bodyDigest = new URL(address).searchParams.get('bodySHA256');
		if (bodyDigest === null) return [spelling, signedFields(rawBody)];
		const isBody = createHash('sha256').update(rawBody).digest('hex') === bodyDigest;
		return isBody ? [spelling] : 'changed';
	};
}

/** Fields by name, each value once, in order. */
function signedFields(rawBody: Buffer): string {
	return Object.entries(formFields(rawBody))
		.sort(([one], [other]) => (one < other ? -1 : 1))
		.map(([name, value]) =>
			typeof value === 'string'
				? name + value
				: [...new Set(value)]
						.sort()
						.map((each) => name + each)
						.join(''),
		)
		.join('');
}

/** Scheme, user, host with port, and the rest of a URL, as it is written. */
const URL_PARTS = /^(https?:\/\/)([^/?#@]*@)?([^/?#]*?)(:\d*)?([/?#].*)?$/i;

function withoutPort(url: string): string {
	const [, scheme = '', user = '', host = '', , rest = ''] = URL_PARTS.exec(url) ?? [];
	return scheme === '' ? url : scheme + user + host + rest;
}

function withPort(url: string): string {
	const [, scheme = '', user = '', host = '', port, rest = ''] = URL_PARTS.exec(url) ?? [];
	if (scheme === '' || (port !== undefined && port !== ':')) return url;
	const standard = scheme.toLowerCase() === 'https://' ? ':443' : ':80';
	return scheme + user + host + standard + rest;
}

function normalised(url: string): string {
	return new URL(url).toString();
}

function legacy(url: string): string {
	const address = normalised(url);
	const query = address.indexOf('?');
	if (query < 0 || query === address.length - 1) return address;
	return `${address.slice(0, query)}?${writeQuery(parseQuery(address.slice(query + 1)))}`;
}

/** Undefined where a spelling is one of the first two: hashing it again would only cost time. */
function unlessSame(url: string, spelling: string): string | undefined {
	return spelling === withoutPort(url) || spelling === withPort(url) ? undefined : spelling;
}

function statusName(source: PlaceSource): string | undefined {
	for (const [place, resource] of STATUSES) {
		const status = textAt(place, source);
		if (status !== undefined && status !== '') return `${resource}.${status}`;
	}
	return undefined;
}

function answer({ kind }: Outcome): Answer | undefined {
	switch (kind) {
		case 'accepted':
			return twiml();
		case 'duplicate':
		case 'ignored':
			return twiml(`<!-- ${kind} -->`);
		default:
			return undefined;
	}
}
