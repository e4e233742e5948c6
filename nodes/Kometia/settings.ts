import { createHash } from 'node:crypto';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { usableSecrets } from '../../lib/receive/hmac';

/** The credential: type name, under which n8n also signs in requests, and label. */
export const KOMETIA_CREDENTIAL = {
	name: 'realtimeWebhooksKometiaApi',
	label: 'Kometia API',
} as const;

/** What the credential holds. The API key itself is left to n8n, which signs requests in with it. */
export interface KometiaSettings {
	/** Without a slash at its end. */
	readonly baseUrl: string;
	/** Store that the address names; null: none. */
	readonly store: string | null;
	/** One or none. */
	readonly urlSecrets: readonly string[];
	/** Tells one account from another, but not its key. */
	readonly account: string;
}

/** Names of `<name>.kometia.com` that are no store. */
const NO_STORE = new Set(['app', 'www', 'api']);

/**
 * Reads the credential.
 *
 * @returns undefined where it holds no API key or no address to look events up at
 */
export function kometiaSettings(
	credential: ICredentialDataDecryptedObject,
): KometiaSettings | undefined {
	const key = text(credential.apiKey);
	const baseUrl = plainAddress(credential.baseUrl);
	if (baseUrl === undefined || key === '') return undefined;
	return {
		baseUrl,
		store: storeOf(baseUrl),
		urlSecrets: usableSecrets(text(credential.urlSecret)),
		account: createHash('sha256').update(`${baseUrl}\n${key}`).digest('base64url'),
	};
}

/** @throws {Error} where the address cannot be used */
export function assertKometiaCredential({ baseUrl }: ICredentialDataDecryptedObject): void {
	if (plainAddress(baseUrl) !== undefined) return;
	throw new Error(
		`'Base URL' in the credential '${KOMETIA_CREDENTIAL.label}' is not a valid URL. Enter a URL such as https://app.kometia.com/api/v1.`,
	);
}

/** Without a slash at its end; undefined where it is none, or holds more than host and path. */
function plainAddress(value: unknown): string | undefined {
	const address = text(value).replace(/\/+$/, '');
	if (!URL.canParse(address)) return undefined;
	const { protocol, username, password } = new URL(address);
	const isWeb = protocol === 'https:' || protocol === 'http:';
	return isWeb && username + password === '' && !/[?#]/.test(address) ? address : undefined;
}

/** Kometia serves a store's API under `<store>.kometia.com` too. */
function storeOf(address: string): string | null {
	const store = /^([^.]+)\.kometia\.com$/.exec(new URL(address).hostname)?.[1];
	return store === undefined || NO_STORE.has(store) ? null : store;
}

function text(value: unknown): string {
	return typeof value === 'string' ? value.trim() : '';
}
