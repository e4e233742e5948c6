import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';
import { inWords } from '../../lib/net/failure';
import { SecretKeyring, type NamedSecret } from '../../lib/signature/secretKeys';
import { InvalidKeyError, type SignatureScheme } from '../../lib/signature/signatureScheme';
import type { SecretKey } from '../../lib/signature/signatureVerdict';

/** What the credential holds. */
export interface SignedWebhookSettings {
	/** Secrets that are set, the current one first. */
	readonly keyring: SecretKeyring;
	/** What a GET that asks for the address must show; the secret itself where none is set. */
	readonly verifyToken: string;
}

const SECRET_FIELDS = {
	secret: { label: 'Secret', which: 'current' },
	previousSecret: { label: 'Previous Secret', which: 'previous' },
} as const;

/**
 * Reads the credential.
 *
 * @returns undefined where it holds no secret
 */
export function signedWebhookSettings(
	credential: ICredentialDataDecryptedObject,
): SignedWebhookSettings | undefined {
	const secrets: NamedSecret[] = [];
	for (const [name, { which }] of Object.entries(SECRET_FIELDS)) {
		const text = credential[name];
		// A text of white space only is a forgotten field, not a secret.
		if (typeof text === 'string' && text.trim() !== '') secrets.push({ text, secret: which });
	}
	const [first] = secrets;
	if (first === undefined) return undefined;
	const told = credential.verifyToken;
	const verifyToken = typeof told === 'string' && told.trim() !== '' ? told : first.text;
	return { keyring: new SecretKeyring(secrets), verifyToken: verifyToken.trim() };
}

/** @throws {Error} that names the field where a secret is none that the scheme can use */
export function assertSecretsFit(
	credential: ICredentialDataDecryptedObject,
	label: string,
	{ keys }: SignatureScheme,
): void {
	for (const [name, field] of Object.entries(SECRET_FIELDS)) {
		const secret = credential[name];
		if (typeof secret !== 'string' || secret.trim() === '') continue;
		const problem = problemOf(() => keys(secret));
		if (problem === undefined) continue;
		throw unusableSecret(field.label, label, problem);
	}
}

/**
 * Keys that a scheme makes of the secrets.
 *
 * @throws {Error} that names the field, where the credential was changed into what gives none
 */
export function usableKeys(
	keyring: SecretKeyring,
	{ label }: { readonly label: string },
	{ keys }: SignatureScheme,
	keyId: string | undefined,
): readonly SecretKey[] {
	try {
		return keyring.keys(keys)(keyId);
	} catch (error) {
		const problem = error instanceof InvalidKeyError ? error.message : 'cannot be read';
		throw unusableSecret(SECRET_FIELDS.secret.label, label, problem);
	}
}

function unusableSecret(field: string, label: string, problem: string): Error {
	return new Error(
		`'${field}' in the credential 'Signed Webhook API' does not fit the scheme '${label}': it ${problem}. Copy it again from the provider.`,
	);
}

/** @throws {Error} that names the field where a secret is none that basic auth can send */
export function assertUserAndPassword(credential: ICredentialDataDecryptedObject): void {
	for (const [name, { label }] of Object.entries(SECRET_FIELDS)) {
		const secret = credential[name];
		if (typeof secret !== 'string' || secret.trim() === '' || secret.includes(':')) continue;
		throw new Error(
			`'${label}' in the credential 'Signed Webhook API' has no colon. For basic auth, enter user:password.`,
		);
	}
}

/** Test of the credential: whether it holds a secret. Nothing is connected to. */
export async function testSignedWebhookCredential(
	this: ICredentialTestFunctions,
	{ data = {} }: ICredentialsDecrypted<ICredentialDataDecryptedObject>,
): Promise<INodeCredentialTestResult> {
	return signedWebhookSettings(data) === undefined
		? {
				status: 'Error',
				message: "'Secret' is empty. Enter the signing secret from the provider.",
			}
		: { status: 'OK', message: 'Ready to verify deliveries' };
}

/** What an attempt throws, in words; undefined where it goes well. */
export function problemOf(attempt: () => unknown): string | undefined {
	try {
		attempt();
		return undefined;
	} catch (error) {
		return error instanceof Error ? error.message : inWords(error);
	}
}
