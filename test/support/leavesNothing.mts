import { afterAll, expect } from 'vitest';

/** Set when n8n-core is loaded, once a worker. */
const BY_N8N_CORE = ['N8N_USER_FOLDER', 'N8N_ENCRYPTION_KEY'];

/** What libraries that n8n-core loads register there: helpers of TypeScript, and a list of LangChain's. */
const OF_LIBRARIES = /^(__|lc_)/;

const globalsBefore = new Set(Object.getOwnPropertyNames(globalThis));
const environmentBefore = environment();

// The next file of this worker would have them too, whichever that is.
afterAll(() => {
	const globals = Object.getOwnPropertyNames(globalThis).filter(
		(name) => !globalsBefore.has(name) && !OF_LIBRARIES.test(name),
	);
	expect(globals, 'globals that this file leaves behind').toEqual([]);
	expect(environment(), 'the environment that this file leaves behind').toEqual(environmentBefore);
});

function environment() {
	return Object.fromEntries(
		Object.entries(process.env).filter(([name]) => !BY_N8N_CORE.includes(name)),
	);
}
