import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';
import type { BytesEncoding } from '../../lib/receive/encodedBytes';
import { ed25519Keys, textKeys } from '../../lib/signature/secretKeys';
import { templateParts } from '../../lib/signature/signedContent';
import type {
	SignatureAlgorithm,
	SignatureScheme,
	TimestampPlace,
} from '../../lib/signature/signatureScheme';
import { readPlace, type ValuePlace } from '../../lib/signature/valuePlace';
import { assertGivesSomething } from '../shared/givesNothing';
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

const UNITS = ['seconds', 'milliseconds', 'either', 'iso'] as const;

/** How the custom scheme's sender proves who it is. */
export function customMethod(context: Context): CustomMethod {
	const method = context.getNodeParameter('method', 'signature');
	return method === 'sharedToken' || method === 'basicAuth' ? method : 'signature';
}

/** The header that carries a shared token, in lower case. */
export function tokenHeader(context: Context): string {
	return text(context, 'signatureHeader').toLowerCase();
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
	return {
		name: 'custom',
		label: 'Custom',
		source: '/webhook',
		typePrefix: 'webhook',
		secretHint: '',
		documentation: '',
		repeats: '',
		variants: [
			{
				signature: isSignature ? signatureOf(context, eventId) : UNSIGNED,
				event: {
					name: eventType === undefined ? [] : [eventType],
					id: eventId === undefined ? [] : [eventId],
					idIsSigned: isSignature && isSigned(context, eventId),
				},
			},
		],
	};
}

/** Stands where nothing is signed: what comes twice is known by its bytes. */
const UNSIGNED: SignatureScheme = {
	signature: { headers: [], form: 'whole', named: {} },
	signed: ['{body}'],
	keys: () => [],
};

function signatureOf(context: Context, eventId: ValuePlace | undefined): SignatureScheme {
	const algorithm = text(context, 'algorithm', 'sha256') as SignatureAlgorithm;
	const header = text(context, 'signatureHeader').toLowerCase();
	if (!/^[\w!#$%&'*+.^`|~-]+$/.test(header)) {
		throw new Error(
			`'${LABELS.signatureHeader}' is ${header === '' ? 'empty' : 'no name of a header'}. Enter the header that holds the signature, such as X-Signature.`,
		);
	}
	const timestamp = timestampOf(context);
	const content = signedContent(context, eventId, timestamp);
	return {
		signature: {
			headers: [header],
			form: 'whole',
			named: {
				[algorithm]: {
					algorithm,
					encoding: text(context, 'encoding', 'hex') as BytesEncoding,
					prefix: text(context, 'signaturePrefix'),
				},
			},
		},
		signed: [content],
		...(timestamp === undefined ? {} : { timestamp }),
		keys: algorithm === 'ed25519' ? ed25519Keys : textKeys(algorithm),
	};
}

function signedContent(
	context: Context,
	eventId: ValuePlace | undefined,
	timestamp: TimestampPlace | undefined,
): string {
	// Not trimmed: a blank at its end is signed too.
	const written = String(context.getNodeParameter('signedContent', '{body}') ?? '');
	const label = LABELS.signedContent;
	if (written.includes('{id}') && eventId === undefined) {
		throw new Error(
			`'${label}' has {id}, but '${LABELS.eventIdPlace}' does not say where that is. Enter it, such as header:X-Event-Id.`,
		);
	}
	if (written.includes('{timestamp}') && timestamp === undefined) {
		throw new Error(
			`'${label}' has {timestamp}, but '${LABELS.timestampPlace}' does not say where that is. Enter it, such as header:X-Timestamp.`,
		);
	}
	const content = eventId === undefined ? written : written.replaceAll('{id}', `{${eventId}}`);
	const unusable = problemOf(() => {
		if (templateParts(content).some(({ kind }) => kind === 'body')) return;
		throw new Error(
			'it does not cover the body, so anybody could change it. Write {body} where the body stands, such as {timestamp}.{body}.',
		);
	});
	if (unusable !== undefined) throw new Error(`'${label}' cannot be used: ${unusable}`);
	return content;
}

function timestampOf(context: Context): TimestampPlace | undefined {
	const at = place(context, 'timestampPlace');
	if (at === undefined) return undefined;
	const unit = UNITS.find((known) => known === text(context, 'timestampUnit')) ?? 'either';
	const tolerance = Number(context.getNodeParameter('tolerance', 300));
	if (!Number.isFinite(tolerance) || tolerance < 0) {
		throw new Error(`'${LABELS.tolerance}' must be a number of seconds, such as 300.`);
	}
	return { places: [at], unit, ...(tolerance === 0 ? {} : { toleranceSeconds: tolerance }) };
}

/** Whether the signature covers the place: named in the template, or in the body. */
function isSigned(context: Context, at: ValuePlace | undefined): boolean {
	if (at === undefined) return false;
	if (at.startsWith('body:')) return true;
	const content = String(context.getNodeParameter('signedContent', '{body}') ?? '');
	return content.includes('{id}') || content.includes(`{${at}}`);
}

function place(context: Context, name: 'eventIdPlace' | 'eventTypePlace' | 'timestampPlace') {
	const written = text(context, name);
	if (written === '') return undefined;
	const unusable = problemOf(() => readPlace(written));
	if (unusable !== undefined) throw new Error(`'${LABELS[name]}' cannot be used: ${unusable}`);
	return readPlace(written);
}

/** @throws {Error} where an expression that should give it gives nothing */
function text(context: Context, name: keyof typeof LABELS, fallback = ''): string {
	const value: unknown = context.getNodeParameter(name, fallback);
	assertGivesSomething(context.getNode().parameters[name], value, LABELS[name]);
	return String(value ?? '').trim();
}
