import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT } from '../../scripts/support/paths.mts';
import { exampleWorkflow } from './exampleWorkflow.mts';

/** Where the pictures of the example workflows are, one `<example>.webp` each. */
export const PICTURES = join(CHECKOUT, 'docs', 'examples');
/** Tells of each picture what it was taken of. */
export const TAKEN_OF = join(PICTURES, 'taken-of.json');

/** The example workflows, without `.json`. */
export const exampleNames = (): string[] =>
	readdirSync(join(CHECKOUT, 'examples', 'workflows'))
		.map((file) => file.replace(/\.json$/, ''))
		.sort();

/** A digest of what a picture of an example shows: nodes, their places, notes, connections. */
export function visibleDigest(name: string): string {
	const { nodes, connections } = exampleWorkflow(`${name}.json`);
	const visible = nodes.map((node) => [
		node.name,
		node.type,
		node.position,
		node.type.endsWith('.stickyNote') ? node.parameters : node.disabled === true,
	]);
	return createHash('sha256')
		.update(JSON.stringify([visible, connections]))
		.digest('hex')
		.slice(0, 16);
}

/** What was written when the pictures were taken. */
export function takenOf(): Record<string, string> {
	return JSON.parse(readFileSync(TAKEN_OF, 'utf8')) as Record<string, string>;
}
