import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	ICredentialTestFunction,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';
import { isHeader, readAddress } from '../../../lib/net/credentialFields';
import { networkFault } from '../../../lib/net/fault';
import { forbiddenAt } from '../egress/egress';
import type { SlotAccount } from '../registration/registrationRecords';
import { REQUEST_TIMEOUT_MS } from './providerApi';

/** A credential that deliveries are verified with, and that may hold the key to an API. */
export interface TestedCredential extends Pick<SlotAccount, 'label' | 'read'> {
	/** What its fields are called. */
	readonly credential: Pick<SlotAccount['credential'], 'keyField' | 'secretField'>;
	/** Throws an Error that says what to do where a secret cannot be used as it is. */
	assertCredential?(credential: ICredentialDataDecryptedObject): void;
	/** What only a good key is answered; `path` stands below the credential's `baseUrl`. */
	probe(key: string): { readonly path: string; readonly headers: Readonly<Record<string, string>> };
}

/**
 * Makes the test of such a credential. Without a key, nothing is connected to: whoever only receives
 * need not reach the provider. With one, the API is asked once, by n8n's own request: n8n 2.41 holds
 * it to its network policy, older ones do not, so that nothing is told of an answer but its status.
 */
export function credentialTest(tested: TestedCredential): ICredentialTestFunction {
	return async function testCredential(
		this: ICredentialTestFunctions,
		{ data = {} }: ICredentialsDecrypted<ICredentialDataDecryptedObject>,
	): Promise<INodeCredentialTestResult> {
		const { keyField, secretField } = tested.credential;
		const unusable = whyUnusable(tested, data);
		if (unusable !== undefined) return failed(unusable);
		const { key, secrets } = tested.read(data);
		if (key !== '') return await askOnce(this, tested, key, data.baseUrl);
		if (secrets.length > 0) {
			return passed(`The secret is there. Without '${keyField}', nothing else can be tested.`);
		}
		return failed(`'${secretField}' is empty. Enter the secret that deliveries are verified with.`);
	};
}

function whyUnusable(
	tested: TestedCredential,
	data: ICredentialDataDecryptedObject,
): string | undefined {
	try {
		tested.assertCredential?.(data);
		return undefined;
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	}
}

async function askOnce(
	context: ICredentialTestFunctions,
	{ label, credential: { keyField }, probe }: TestedCredential,
	key: string,
	baseUrl: unknown,
): Promise<INodeCredentialTestResult> {
	const address = readAddress(baseUrl, ['https:', 'http:']);
	if (address === undefined) {
		return failed("'Base URL' is not a valid URL. Enter a URL such as https://api.example.com.");
	}
	const { path, headers } = probe(key);
	if (!Object.entries(headers).every(([name, value]) => isHeader(name, value))) {
		return failed(`'${keyField}' contains characters that can't be sent. Copy it again.`);
	}
	try {
		const { statusCode } = (await context.helpers.request({
			uri: `${String(baseUrl).trim().replace(/\/+$/, '')}${path}`,
			method: 'GET',
			headers: { Accept: 'application/json', ...headers },
			timeout: REQUEST_TIMEOUT_MS,
			// To another server the key must not go.
			followRedirect: false,
			simple: false,
			resolveWithFullResponse: true,
		})) as { readonly statusCode: number };
		if (statusCode >= 200 && statusCode < 300) return passed('Connection successful');
		return failed(`${label} responded with ${statusCode}. ${adviceOn(statusCode, keyField)}`);
	} catch (error) {
		return failed(faultAt(address.origin, error));
	}
}

function adviceOn(statusCode: number, keyField: string): string {
	if (statusCode === 401 || statusCode === 403) return `Check '${keyField}'.`;
	if (statusCode === 429) return 'It limits how often it can be called. Wait, and test again.';
	if (statusCode >= 500) return "Try again later, or look into the server's log.";
	return "Check 'Base URL'.";
}

/** Why there was no answer: neither key nor path are in it. */
function faultAt(origin: string, error: unknown): string {
	const { name, code, message } = error as Partial<NodeJS.ErrnoException>;
	// n8n does not give nodes the classes of its refusals.
	if (name?.startsWith('Ssrf') === true) return sentences(forbiddenAt(origin, String(message)));
	// Of axios, by which n8n sends: its time limit.
	if (code === 'ECONNABORTED') {
		return `${origin} did not respond within ${REQUEST_TIMEOUT_MS / 1000} seconds. Check 'Base URL' and the network.`;
	}
	return sentences(networkFault(error, origin));
}

function sentences(fault: { readonly message: string; readonly description: string }): string {
	return `${fault.message}. ${fault.description}`;
}

function passed(message: string): INodeCredentialTestResult {
	return { status: 'OK', message };
}

function failed(message: string): INodeCredentialTestResult {
	return { status: 'Error', message };
}
