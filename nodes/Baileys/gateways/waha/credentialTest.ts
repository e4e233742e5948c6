import { credentialTest } from '../../../shared/providerApi/credentialTest';
import { wahaAccount } from './api';

/** Test of the credential WAHA API: with a key, whether the sessions may be read. */
export const testWahaCredential = credentialTest({
	...wahaAccount,
	probe: (key) => ({ path: '/api/sessions', headers: { 'X-Api-Key': key } }),
});
