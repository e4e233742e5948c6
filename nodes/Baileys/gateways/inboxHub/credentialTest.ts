import { credentialTest } from '../../../shared/providerApi/credentialTest';
import { inboxHubAccount } from './api';

/** Test of the credential Inbox Hub API: with a key, whether the sessions may be read. */
export const testInboxHubCredential = credentialTest({
	...inboxHubAccount,
	probe: (key) => ({ path: '/api/sessions?limit=1', headers: { 'X-API-Key': key } }),
});
