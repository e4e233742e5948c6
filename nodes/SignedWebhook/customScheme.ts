import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';
import { ed25519Keys, textKeys } from '../../lib/signature/secretKeys';
import { templateParts } from '../../lib/signature/signedContent';
import type { SignatureScheme, TimestampPlace } from '../../lib/signature/signatureScheme';
import { readPlace, type ValuePlace } from '../../lib/signature/valuePlace';
import { assertGivesSomething } from '../shared/givesNothing';
import { numberIn } from '../shared/options';
import { problemOf } from './settings';
import type { WebhookScheme } from './webhookScheme';

type Context = IHookFunctions | IWebhookFunctions;

/** How a sender of the user's own proves who it is. The last two do not protect the body. */
export type CustomMethod = 'signature' | 'sharedToken' | 'basicAuth';

/** The parameters of the scheme `custom`, as the editor names them. */
const LABELS = {
	algorithm: 'Algorithm',
	encoding: 'Encoding',
	eventIdPlace: 'Event ID',
	eventTypePlace: 'Event Type',
	signatureHeader: 'Signature Header',
	signaturePrefix: 'Signature Prefix',
	signedContent: 'Signed Content',
	timestampPlace: 'Timestamp',
	timestampUnit: 'Timestamp Unit',
	tolerance: 'Timestamp Tolerance (Seconds)',
} as const satisfies Readonly<Record<string, string>>;

const ALGORITHMS = ['sha1', 'sha256', 'sha384', 'sha512', 'ed25519'] as const;

const ENCODINGS = ['hex', 'base64', 'base64url'] as const;

const UNITS = ['seconds', 'milliseconds', 'either', 'iso'] as const;

/**
 * Longer than a delivery is under way without an answer. A sender whose deliveries have neither an ID
 * nor a signed time may send the same content again and mean something new.
 */
const REPEATS_MS = 5 * 60_000;

/** How the custom scheme's sender proves who it is. */
export function customMethod(context: Context): CustomMethod {
	const method = context.getNodeParameter('method', 'signature');
	return method === 'sharedToken' || method === 'basicAuth' ? method : 'signature';
}

/**
 * The header that carries a shared token, in lower case.
 *
 * @throws {Error} where it is none
 */
export function tokenHeader(context: Context): string {
	return headerName(context, 'the token, such as X-Token, or Authorization for a bearer token');
}

function headerName(context: Context, holds: string): string {
	const header = text(context, 'signatureHeader').toLowerCase();
	if (/^[\w!#$%&'*+.^`|~-]+$/.test(header)) return header;
	throw new Error(
		`'${LABELS.signatureHeader}' is ${header === '' ? 'empty' : 'not a header name'}. Enter the header that contains ${holds}.`,
	);
}

/**
 * Reads the parameters of the scheme `custom`.
 *
 * @throws {Error} that names the parameter which cannot be used, and says what to write
 */
export function customScheme(context: Context): WebhookScheme {
	const eventId = place(context, 'eventIdPlace');
	const eventType = place(context, 'eventTypePlace');
	const isSignature = customMethod(context) === 'signature';
	const signature = isSignature ? signatureOf(context, eventId, eventType) : UNSIGNED;
	const covers = (at: ValuePlace | undefined) =>
		at === undefined || (isSignature && isSigned(context, at));
	const sentAt = signature.timestamp?.places.filter(covers) ?? [];
	return {
		name: 'custom',
		label: 'Custom',
		source: '/webhook',
		typePrefix: 'webhook',
		secretHint: '',
		documentation: '',
		repeats: '',
		whyMismatch:
			"the secret in the credential is not the sender's, 'Signed Content' is not what the sender signs, or a proxy changes the body",
		variants: [
			{
				signature,
				event: {
					name: eventType === undefined ? [] : [eventType],
					id: eventId === undefined ? [] : [eventId],
					idIsSigned: covers(eventId) && covers(eventType),
					time: sentAt,
					...(sentAt.length === 0 ? { repeatsWithinMs: REPEATS_MS } : {}),
				},
			},
		],
	};
}

/** Stands where nothing is signed: what comes twice is known by its bytes. */
const UNSIGNED: SignatureScheme = {
	signature: { headers: [], form: 'whole', named: {} },
	signed: '{body}',
	keys: () => [],
};

function signatureOf(
	context: Context,
	eventId: ValuePlace | undefined,
	eventType: ValuePlace | undefined,
): SignatureScheme {
	const algorithm = oneOf(context, 'algorithm', ALGORITHMS, 'sha256');
	const header = headerName(context, 'the signature, such as X-Signature');
	const timestamp = timestampOf(context);
	const content = signedContent(context, eventId, timestamp);
	const encoding = oneOf(context, 'encoding', ENCODINGS, 'hex');
	return {
		signature: readsParts(content, [eventId, eventType, ...(timestamp?.places ?? [])])
			? {
					headers: [header],
					form: 'parts',
					separator: ';',
					named: { [partName(context)]: { algorithm, encoding } },
				}
			: {
					headers: [header],
					form: 'whole',
					// Not trimmed: a blank may stand between it and the signature.
					named: {
						[algorithm]: { algorithm, encoding, prefix: written(context, 'signaturePrefix') },
					},
				},
		signed: content,
		...(timestamp === undefined ? {} : { timestamp }),
		keys: algorithm === 'ed25519' ? ed25519Keys : textKeys(algorithm),
	};
}

/** Whether the signature's header holds more than the signature, such as `t=…,v1=…`. */
function readsParts(content: string, places: ReadonlyArray<ValuePlace | undefined>): boolean {
	return content.includes('{signature:') || places.some((at) => at?.startsWith('signature:'));
}

/** @throws {Error} where it is not told which of the parts is the signature */
function partName(context: Context): string {
	const name = /^([^\s=,;]+)=$/.exec(text(context, 'signaturePrefix'))?.[1];
	if (name !== undefined) return name;
	throw new Error(
		`'${LABELS.signaturePrefix}' must be the name of the signature in the header followed by an equals sign, such as v1=, because another field reads a different part of that header (signature:).`,
	);
}

function signedContent(
	context: Context,
	eventId: ValuePlace | undefined,
	timestamp: TimestampPlace | undefined,
): string {
	// Not trimmed: a blank at its end is signed too.
	const template = written(context, 'signedContent', '{body}');
	const label = LABELS.signedContent;
	if (template.includes('{id}') && eventId === undefined) {
		throw new Error(
			`'${label}' contains {id}, but '${LABELS.eventIdPlace}' is empty. Enter where to find the ID, such as header:X-Event-Id.`,
		);
	}
	if (template.includes('{timestamp}') && timestamp === undefined) {
		throw new Error(
			`'${label}' contains {timestamp}, but '${LABELS.timestampPlace}' is empty. Enter where to find the timestamp, such as header:X-Timestamp.`,
		);
	}
	const content = eventId === undefined ? template : template.replaceAll('{id}', `{${eventId}}`);
	const unusable = problemOf(() => {
		if (templateParts(content).some(({ kind }) => kind === 'body')) return;
		throw new Error(
			'it does not cover the body, so anyone could change it. Add {body}, such as {timestamp}.{body}.',
		);
	});
	if (unusable !== undefined) throw new Error(`'${label}' cannot be used: ${unusable}`);
	return content;
}

function timestampOf(context: Context): TimestampPlace | undefined {
	const at = place(context, 'timestampPlace');
	if (at === undefined) return undefined;
	const unit = oneOf(context, 'timestampUnit', UNITS, 'either');
	const given: unknown = context.getNodeParameter('tolerance', 300);
	assertGivesSomething(context.getNode().parameters.tolerance, given, LABELS.tolerance);
	// Nothing and a blank would be 0, which accepts any time.
	const tolerance = numberIn(given);
	if (tolerance === undefined || tolerance < 0) {
		throw new Error(`'${LABELS.tolerance}' must be a number of seconds, such as 300.`);
	}
	return {
		places: [at],
		unit,
		hasFractions: unit !== 'milliseconds',
		...(tolerance === 0 ? {} : { toleranceSeconds: tolerance }),
	};
}

/** Whether the signature covers the place: named in the template, or in the body. */
function isSigned(context: Context, at: ValuePlace): boolean {
	if (at.startsWith('body:')) return true;
	const content = written(context, 'signedContent', '{body}');
	return (
		content.includes(`{${at}}`) ||
		(content.includes('{id}') && at === place(context, 'eventIdPlace')) ||
		(content.includes('{timestamp}') && at === place(context, 'timestampPlace'))
	);
}

function place(context: Context, name: 'eventIdPlace' | 'eventTypePlace' | 'timestampPlace') {
	const at = text(context, name);
	if (at === '') return undefined;
	const unusable = problemOf(() => readPlace(at));
	if (unusable !== undefined) throw new Error(`'${LABELS[name]}' cannot be used: ${unusable}`);
	return readPlace(at);
}

/** @throws {Error} where an expression gives none of them */
function oneOf<Value extends string>(
	context: Context,
	name: keyof typeof LABELS,
	known: readonly Value[],
	fallback: Value,
): Value {
	const value = text(context, name, fallback) || fallback;
	const found = known.find((one) => one === value);
	if (found !== undefined) return found;
	throw new Error(`'${LABELS[name]}' is "${value}". It must be one of ${known.join(', ')}.`);
}

function text(context: Context, name: keyof typeof LABELS, fallback = ''): string {
	return written(context, name, fallback).trim();
}

/** @throws {Error} where an expression that should give it gives nothing */
function written(context: Context, name: keyof typeof LABELS, fallback = ''): string {
	const value: unknown = context.getNodeParameter(name, fallback);
	assertGivesSomething(context.getNode().parameters[name], value, LABELS[name]);
	return String(value ?? '');
}
