import {
	InvalidKeyError,
	type KeyReader,
	type VerifyingKey,
} from '../../../lib/signature/signatureScheme';
import { decodeBase64 } from '../../../lib/receive/encodedBytes';
import { Ed25519Key } from '../../../lib/signature/ed25519Key';
import { HmacKey } from '../../../lib/signature/hmacKey';
import { unquoted } from '../../../lib/signature/secretKeys';
import { standardWebhooksKeys, standardWebhooksScheme } from '../../../lib/standardWebhooks/verify';
import type { SchemeVariant, WebhookScheme } from '../webhookScheme';

/**
 * What the key of a secret is. `specification`: base64 behind `whsec_`. `afterPrefix`: the text behind
 * it. `wholeText`: the text as it is. Vendors' own libraries differ.
 */
export type SecretForm = 'specification' | 'afterPrefix' | 'wholeText';

const PUBLIC_KEY_PREFIX = 'whpk_';

const PRIVATE_KEY_PREFIX = 'whsk_';

const PREFIX = /^(?:v1,)?whsec_/i;

const READERS: Readonly<Record<SecretForm, KeyReader>> = {
	specification: orPublicKey((_text, secret) =>
		standardWebhooksKeys(secret).map((key) => new HmacKey('sha256', key)),
	),
	afterPrefix: orPublicKey((text) => [textKey(text.replace(PREFIX, ''))]),
	wholeText: orPublicKey((text) => [textKey(text)]),
};

/** What a key of HMAC is differs; what a public key is does not. */
function orPublicKey(
	hmacKeys: (text: string, secret: string) => readonly VerifyingKey[],
): KeyReader {
	return (secret) => {
		const text = unquoted(secret);
		if (text.startsWith(PUBLIC_KEY_PREFIX)) return [publicKey(text)];
		if (text.startsWith(PRIVATE_KEY_PREFIX)) {
			throw new InvalidKeyError(
				`starts with "${PRIVATE_KEY_PREFIX}" and is the private key, which belongs to the sender alone. Enter the public key, which starts with "${PUBLIC_KEY_PREFIX}"`,
			);
		}
		return hmacKeys(text, secret);
	};
}

/** As the parameter's options are called. */
const FORM_NAMES: Readonly<Record<SecretForm, string>> = {
	specification: 'Base64 (Specification)',
	afterPrefix: 'Text After the Prefix',
	wholeText: 'Whole Text',
};

const FORMS = Object.keys(FORM_NAMES) as SecretForm[];

/** @throws {InvalidKeyError} where nothing is left: with an empty key anybody could sign */
function textKey(text: string): HmacKey {
	if (text === '') throw new InvalidKeyError('has nothing but a prefix or quotes');
	return new HmacKey('sha256', Buffer.from(text, 'utf8'));
}

function publicKey(text: string): Ed25519Key {
	const bytes = decodeBase64(text.slice(PUBLIC_KEY_PREFIX.length));
	const key = bytes && Ed25519Key.fromBytes(bytes);
	if (key !== undefined) return key;
	throw new InvalidKeyError(
		`starts with "${PUBLIC_KEY_PREFIX}" but what follows is not base64 of 32 bytes`,
	);
}

function scheme(form: SecretForm): WebhookScheme {
	const variant = (family: 'webhook' | 'svix'): SchemeVariant => ({
		signature: standardWebhooksScheme(family, READERS[form]),
		event: {
			name: ['body:type', 'body:event', 'body:eventType', 'body:event_type'],
			id: [`header:${family}-id`],
			idIsSigned: true,
			time: ['body:timestamp', 'body:time', 'body:created_at'],
			subject: ['body:subject', 'body:data.id'],
		},
	});
	return {
		name: 'standardWebhooks',
		label: 'Standard Webhooks / Svix',
		source: '/standard-webhooks',
		typePrefix: 'webhook',
		secretHint:
			"The signing secret of the endpoint in the provider's dashboard. It usually starts with whsec_, or with whpk_ for a public key.",
		documentation:
			'https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md',
		repeats:
			'Most senders repeat a delivery for several days after any answer other than 2xx, and wait 15 to 30 seconds for it. 410 ends it for good.',
		variants: [variant('webhook'), variant('svix')],
		otherReadings: FORMS.filter((other) => other !== form).map((other) => ({
			keys: READERS[other],
			advice: `the signature is right if 'Secret Is' is set to '${FORM_NAMES[other]}', so choose that in the node`,
		})),
	};
}

/** Standard Webhooks 1.0, for each form of secret. */
export const standardWebhooks: Readonly<Record<SecretForm, WebhookScheme>> = {
	specification: scheme('specification'),
	afterPrefix: scheme('afterPrefix'),
	wholeText: scheme('wholeText'),
};
