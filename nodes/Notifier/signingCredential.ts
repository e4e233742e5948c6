import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	IExecuteFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';
import { InvalidSigningKeyError, readAsymmetricKey } from '../../lib/standardWebhooks/secret';
import { InvalidSecretError, standardWebhooksKeys } from '../../lib/standardWebhooks/verify';

const CREDENTIAL = 'realtimeWebhooksStandardWebhooksApi';

/** What the credential Standard Webhooks API holds; undefined where a field is empty. */
export interface SigningCredential {
	readonly secret?: string;
	readonly previousSecret?: string;
	readonly privateKey?: string;
}

/** The node's signing credential; empty where none is chosen: subscribers have secrets of their own. */
export async function signingCredential(context: IExecuteFunctions): Promise<SigningCredential> {
	if (context.getNode().credentials?.[CREDENTIAL] === undefined) return {};
	return readFields(await context.getCredentials(CREDENTIAL));
}

/** Test of the credential: whether what it holds can sign. Nothing is connected to. */
export async function testStandardWebhooksCredential(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted<ICredentialDataDecryptedObject>,
): Promise<INodeCredentialTestResult> {
	const { secret, previousSecret, privateKey } = readFields(credential.data ?? {});
	const wrong =
		whyNot('Secret', secret, standardWebhooksKeys) ??
		whyNot('Previous Secret', previousSecret, standardWebhooksKeys) ??
		whyNot('Private Key', privateKey, readAsymmetricKey);
	if (wrong !== undefined) return { status: 'Error', message: wrong };
	if (secret === undefined && privateKey === undefined) {
		return { status: 'Error', message: "'Secret' is empty. Put the secret there that signs." };
	}
	return { status: 'OK', message: 'The secrets can sign' };
}

function readFields(data: ICredentialDataDecryptedObject): SigningCredential {
	const fields: Array<keyof SigningCredential> = ['secret', 'previousSecret', 'privateKey'];
	const filled = fields.flatMap((name) => {
		const value = data[name];
		return typeof value === 'string' && value.trim() !== '' ? [[name, value.trim()]] : [];
	});
	return Object.fromEntries(filled) as SigningCredential;
}

function whyNot(
	label: string,
	text: string | undefined,
	read: (text: string) => unknown,
): string | undefined {
	if (text === undefined) return undefined;
	try {
		read(text);
		return undefined;
	} catch (error) {
		const known = error instanceof InvalidSecretError || error instanceof InvalidSigningKeyError;
		return `'${label}' ${known ? error.message : 'cannot be read'}.`;
	}
}
