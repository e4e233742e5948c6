import { readTokens } from '../../lib/yape/notifierApi';
import { credentialTest } from '../shared/providerApi/credentialTest';
import { webhookSecrets } from '../shared/webhook/triggerSettings';
import { assertYapeCredential } from './settings';

/** Test of the credential Yape Notifier API: with a token, of several the first, whose it is. */
export const testYapeNotifierCredential = credentialTest({
	label: 'Yape Notifier',
	credential: { keyField: 'Token', secretField: 'Webhook Secret' },
	read: (credential: { readonly token?: string }) => ({
		key: readTokens(String(credential.token ?? ''))[0] ?? '',
		secrets: webhookSecrets({ ...credential })?.secrets ?? [],
	}),
	assertCredential: assertYapeCredential,
	probe: (token) => ({ path: '/api/me', headers: { Authorization: `Bearer ${token}` } }),
});
