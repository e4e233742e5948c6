import { ensureBuild } from '../../scripts/build.mts';
import { ensureRuntime } from '../../scripts/n8n/installRuntime.mts';
import { prepareUserFolder } from './n8n.mts';

/** What real-n8n tests need; quick where `npm test` did it already. */
export default async function prepareN8n(): Promise<void> {
	await ensureBuild();
	await ensureRuntime();
	await prepareUserFolder();
}
