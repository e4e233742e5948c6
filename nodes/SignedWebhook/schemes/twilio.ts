import { hash } from 'node:crypto';
import { parse as parseQuery, stringify as writeQuery } from 'node:querystring';
import { isObject, isText } from '../../../lib/event/json';
import type { Answer, Outcome } from '../../../lib/receive/provider';
import { textKeys } from '../../../lib/signature/secretKeys';
import type { KeyReader, SignedSpellings } from '../../../lib/signature/signatureScheme';
import { textAt, type PlaceSource, type ValuePlace } from '../../../lib/signature/valuePlace';
import { formFields } from '../parseBody';
import type { ListedEvent, WebhookScheme } from '../webhookScheme';

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
		'In the Twilio Console, the Auth Token under Account Dashboard > Account Info. For webhooks with a shared key, the secret of that key.',
	documentation: 'https://www.twilio.com/docs/usage/webhooks/webhooks-security',
	repeats:
		'Twilio waits 15 seconds, and repeats a delivery only when the URL asks for it, such as with #rc=3.',
	whyMismatch:
		"the secret in the credential is not the Auth Token, or the URL that Twilio calls is not the one of this node: enter it as 'Public URL'",
	answer,
	each: streamedEvents,
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
				signed: signedUrls,
				keys,
			},
			event: {
				name: ['body:EventType', statusName],
				id: ['header:i-twilio-idempotency-token'],
				idIsSigned: false,
				// Of Event Streams.
				time: ['body:time'],
				subject: [
					'body:RecordingSid',
					'body:MessageSid',
					'body:CallSid',
					'body:ConversationSid',
					'body:ConferenceSid',
					'body:data.messageSid',
				],
				account: ['body:AccountSid', 'body:data.accountSid'],
			},
		},
	],
};

/**
 * CloudEvents, a list of them or one alone.
 *
 * @see https://www.twilio.com/docs/events/webhook-quickstart
 */
function streamedEvents(body: unknown): readonly ListedEvent[] {
	const listed = (Array.isArray(body) ? body : [body]).map((event: unknown) => {
		if (!isObject(event) || !isText(event.specversion) || !isText(event.type)) return undefined;
		return { body: event, name: event.type, ...(isText(event.id) ? { id: event.id } : {}) };
	});
	const events = listed.filter((event) => event !== undefined);
	// As it came where it is something else too.
	return events.length === listed.length ? events : [];
}

function signedUrls({ delivery: { url, rawBody } }: PlaceSource): SignedSpellings {
	const address = url?.();
	const written = address === undefined ? undefined : readUrl(address);
	if (written === undefined) return undefined;
	const { bodyDigest, spellings } = written;
	if (bodyDigest !== null && hash('sha256', rawBody, 'hex') !== bodyDigest) return 'changed';
	const fields = bodyDigest === null ? signedFields(rawBody) : '';
	const [first, ...others] = spellings;
	return [[first + fields], ...others.map((spelling) => [spelling + fields])];
}

/** A URL as Twilio may have signed it. */
interface WrittenUrl {
	/** SHA-256 of the body, where it is no form; null where it is one. */
	readonly bodyDigest: string | null;
	readonly spellings: readonly [string, ...string[]];
}

/**
 * A URL that everybody writes alike, but for the port: nothing to be encoded, no more than one parameter,
 * whose order may change, and a host that ends in a letter, so that it is no IP address.
 */
const PLAIN =
	/^(http(s?):\/\/[a-z0-9.-]*[a-z])(\/[\w/-]*(?:\?(?:bodySHA256=([0-9a-f]{64})|[\w-]+=[\w-]*))?)$/;

/** @returns undefined where it is no URL */
function readUrl(url: string): WrittenUrl | undefined {
	const plain = PLAIN.exec(url);
	if (plain !== null) {
		const [, host = '', isSecure, rest = '', digest] = plain;
		const withPort = `${host}${isSecure === 's' ? ':443' : ':80'}${rest}`;
		return { bodyDigest: digest ?? digestInQuery(url), spellings: [url, withPort] };
	}
	if (!URL.canParse(url)) return undefined;
	return { bodyDigest: digestInQuery(url), spellings: spellingsOf(url) };
}

function digestInQuery(url: string): string | null {
	return url.includes('bodySHA256') ? new URL(url).searchParams.get('bodySHA256') : null;
}

/**
 * The URL as it is, as clients write one with characters that belong into none, and as Twilio once wrote
 * it, with the standard port and without, each once.
 */
function spellingsOf(url: string): [string, ...string[]] {
	const spellings = portSpellings(url);
	const { href } = new URL(url);
	for (const spelling of [...portSpellings(href), ...portSpellings(legacy(href))]) {
		if (!spellings.includes(spelling)) spellings.push(spelling);
	}
	return spellings;
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

/** Without a port, and with the one that it has, or else the standard one. */
function portSpellings(url: string): [string, ...string[]] {
	const [, scheme = '', user = '', host = '', port = ':', rest = ''] = URL_PARTS.exec(url) ?? [];
	if (scheme === '') return [url];
	const standard = scheme.toLowerCase() === 'https://' ? ':443' : ':80';
	const before = scheme + user + host;
	return [before + rest, before + (port === ':' ? standard : port) + rest];
}

/** @param url as WHATWG write it */
function legacy(url: string): string {
	const query = url.indexOf('?');
	if (query < 0 || query === url.length - 1) return url;
	return `${url.slice(0, query)}?${writeQuery(parseQuery(url.slice(query + 1)))}`;
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
