import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IHttpRequestOptions,
} from 'n8n-workflow';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CHECKOUT } from '../../scripts/support/paths.mts';

/** What every credential type of this package begins with: types are global in n8n by their names. */
export const CREDENTIAL_PREFIX = 'realtimeWebhooks';

/** `dist/credentials/WahaApi.credentials.js` holds the type `realtimeWebhooksWahaApi`. */
export function credentialTypeOf(file: string): string {
	return `${CREDENTIAL_PREFIX}${basename(file).split('.')[0] ?? ''}`;
}

/**
 * Signs a request in as n8n does by a credential's `authenticate`, of which this knows the generic
 * form with plain texts and `={{$credentials.<field>}}`.
 */
export async function authenticate(
	credentials: ICredentialDataDecryptedObject,
	typeName: string,
	request: IHttpRequestOptions,
): Promise<IHttpRequestOptions> {
	const { authenticate } = await credentialType(typeName);
	if (authenticate === undefined) return request;
	if (typeof authenticate === 'function') return await authenticate(credentials, request);
	const { headers, qs, auth } = authenticate.properties;
	return {
		...request,
		headers: { ...request.headers, ...filled(headers, credentials) },
		qs: { ...(request.qs as object), ...filled(qs, credentials) },
		...(auth === undefined
			? {}
			: { auth: filled(auth, credentials) as unknown as typeof request.auth }),
	};
}

async function credentialType(typeName: string): Promise<ICredentialType> {
	const name = typeName.slice(CREDENTIAL_PREFIX.length);
	const file = pathToFileURL(join(CHECKOUT, 'credentials', `${name}.credentials.ts`)).href;
	const module = (await import(/* @vite-ignore */ file)) as Record<
		string,
		new () => ICredentialType
	>;
	const Type = module[name];
	if (Type === undefined) throw new Error(`${file} exports no ${name}`);
	return new Type();
}

function filled(
	values: object | undefined,
	credentials: ICredentialDataDecryptedObject,
): Record<string, string> {
	return Object.fromEntries(
		Object.entries(values ?? {}).map(([key, value]) => [key, fill(String(value), credentials)]),
	);
}

function fill(text: string, credentials: ICredentialDataDecryptedObject): string {
	const value = text.startsWith('=') ? text.slice(1) : text;
	const filledIn = value.replace(/\{\{\s*\$credentials\.(\w+)\s*\}\}/g, (_all, field: string) =>
		String(credentials[field] ?? ''),
	);
	if (filledIn.includes('{{')) throw new Error(`The tests cannot evaluate "${text}"`);
	return filledIn;
}
