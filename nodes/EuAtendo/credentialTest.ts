import { credentialTest } from '../shared/providerApi/credentialTest';
import { evolutionAccount } from './api';
import { assertEvolutionCredential } from './settings';

/** Test of the credential Evolution API: with a key, whether the instances may be read. */
export const testEvolutionCredential = credentialTest({
	...evolutionAccount,
	assertCredential: assertEvolutionCredential,
	probe: (key) => ({ path: '/instance/fetchInstances', headers: { apikey: key } }),
});
