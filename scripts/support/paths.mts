import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of this checkout. */
export const CHECKOUT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * Node 24 or later, which n8n 2.41.1 needs: the running one, or the devDependency `node`.
 *
 * @throws when neither is there
 */
export function node24(): string {
	if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
	const bundled = join(CHECKOUT, 'node_modules', 'node', 'bin', 'node');
	if (existsSync(bundled)) return bundled;
	throw new Error(
		`Node 24 is needed, this is ${process.version}. "npm start" and "npm test" install it.`,
	);
}

/** The environment of this process with Node 24 first in PATH. */
export function envWithNode24(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
	return { ...env, PATH: `${dirname(node24())}:${env.PATH ?? ''}` };
}
