import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	IExecuteFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';
import { type SigningSecrets, whyNotSigning } from '../../lib/standardWebhooks/sign';

const CREDENTIAL = 'realtimeWebhooksStandardWebhooksApi';

/** What the credential's fields are called. */
export const FIELD_LABELS: Readonly<Record<keyof SigningSecrets, string>> = {
	secret: 'Secret',
	previousSecret: 'Previous Secret',
	privateKey: 'Private Key',
};

/** The node's signing credential; empty where none is chosen: subscribers have secrets of their own. */
export async function signingCredential(context: IExecuteFunctions): Promise<SigningSecrets> {
	if (context.getNode().credentials?.[CREDENTIAL] === undefined) return {};
	return readFields(await context.getCredentials(CREDENTIAL));
}

/** Test of the credential: whether what it holds can sign. Nothing is connected to. */
export async function testStandardWebhooksCredential(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted<ICredentialDataDecryptedObject>,
): Promise<INodeCredentialTestResult> {
	const secrets = readFields(credential.data ?? {});
	const wrong = whyNotSigning(secrets);
	if (wrong !== undefined) {
		return { status: 'Error', message: `'${FIELD_LABELS[wrong.field]}' ${wrong.why}.` };
	}
	if (secrets.secret === undefined && secrets.privateKey === undefined) {
		return { status: 'Error', message: "'Secret' is empty. Enter the secret to sign with." };
	}
	return { status: 'OK', message: 'Ready to sign deliveries' };
}

function readFields(data: ICredentialDataDecryptedObject): SigningSecrets {
	const fields: Array<keyof SigningSecrets> = ['secret', 'previousSecret', 'privateKey'];
	const filled = fields.flatMap((name) => {
		const value = data[name];
		return typeof value === 'string' && value.trim() !== '' ? [[name, value.trim()]] : [];
	});
	return Object.fromEntries(filled) as SigningSecrets;
}
