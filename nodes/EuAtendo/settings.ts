import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { webhookSecrets } from '../shared/webhook/triggerSettings';

/** What a delivery is verified with. */
export interface EvolutionSettings {
	/** Current secret first. */
	readonly secrets: readonly string[];
	/** `jwt`: a token signed with the secret. `header`: the secret itself, in a header. */
	readonly verification: 'jwt' | 'header';
	/** Header that holds the secret, as the user wrote it. */
	readonly headerName: string;
}

/** Header of the mode `header` where the user leaves the field empty. */
const DEFAULT_SECRET_HEADER = 'X-Webhook-Token';

/** A header's name, RFC 9110 section 5.6.2, and not one that the request needs for itself. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;
const RESERVED = new Set(['connection', 'content-length', 'content-type', 'host', 'jwt_key']);

/**
 * Reads the credential.
 *
 * @returns undefined where it holds no secret
 */
export function evolutionSettings(
	credential: ICredentialDataDecryptedObject,
): EvolutionSettings | undefined {
	const found = webhookSecrets(credential);
	if (found === undefined) return undefined;
	const { verification, headerName } = credential;
	return {
		...found,
		verification: verification === 'header' ? 'header' : 'jwt',
		headerName: (typeof headerName === 'string' ? headerName.trim() : '') || DEFAULT_SECRET_HEADER,
	};
}

/** Throws an Error that says what to do where the secret could not travel in the header. */
export function assertEvolutionCredential(credential: ICredentialDataDecryptedObject): void {
	const settings = evolutionSettings(credential);
	if (settings?.verification !== 'header') return;
	const { headerName, secrets } = settings;
	if (!HEADER_NAME.test(headerName) || RESERVED.has(headerName.toLowerCase())) {
		throw new Error(
			`'Header Name' in the credential 'Evolution API' is "${headerName}", which cannot be used as the name of a header. Use one such as ${DEFAULT_SECRET_HEADER}.`,
		);
	}
	if (secrets.some((secret) => !/^[!-~]+$/.test(secret))) {
		throw new Error(
			"'Webhook Secret' in the credential 'Evolution API' contains characters that are not allowed in a header. Use letters, digits and punctuation without spaces or accents, or choose the verification 'Signed Token (JWT)'.",
		);
	}
}

/** The headers that the server is told to send, so that deliveries can be verified. */
export function deliveryHeaders(
	{ verification, headerName }: EvolutionSettings,
	secret: string,
): Record<string, string> {
	return verification === 'jwt' ? { jwt_key: secret } : { [headerName]: secret };
}
